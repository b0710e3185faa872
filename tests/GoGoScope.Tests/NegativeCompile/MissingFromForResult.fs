// FS10001 From: scopeOf lifts an error only by a From of its error type.
module MissingFromForResult

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

let work = scopeOf<AppError> {
    let! a = (Ok 1: Result<int, DbError>)
    let! b = (Ok 2: Result<int, NetError>)
    return a + b
}
