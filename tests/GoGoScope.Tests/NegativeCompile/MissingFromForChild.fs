// FS10001 From: the handle of a task of another error type is lifted like a Result.
module MissingFromForChild

open GoGoScope

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

type AppError =
    | Db of DbError
    | Net of NetError

    static member From(error: DbError) = Db error
#if !REFUSED
    static member From(error: NetError) = Net error
#endif

let ask: Scoped<int, NetError> = scope { return 1 }

let work = scopeOf<AppError> {
    let! child = Scope.task ask
    let! answer = child
    return answer
}
