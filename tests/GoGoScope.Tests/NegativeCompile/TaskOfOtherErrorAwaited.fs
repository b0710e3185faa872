// FS0193 NetError: the handle of a task of another error type gives its outcome only as a value.
module TaskOfOtherErrorAwaited

open GoGoScope

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

type AppError =
    | Db of DbError
    | Net of NetError

    static member From(error: DbError) = Db error
    static member From(error: NetError) = Net error

let ask: Scoped<int, NetError> = scope { return 1 }

let work: Scoped<bool, DbError> = scope {
    let! child = Scope.task ask
#if REFUSED
    let! answer = child
    return answer = 1
#else
    let! answer = ScopeTask.result child
    return answer.IsOk
#endif
}
