// FS0193 NetError: all errors in a scope block have one type.
module MixedErrors

open GoGoScope

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

type AppError =
    | Db of DbError
    | Net of NetError

    static member From(error: DbError) = Db error
    static member From(error: NetError) = Net error

let work = scope {
    let! a = (Ok 1: Result<int, DbError>)
#if REFUSED
    let! b = (Ok 2: Result<int, NetError>)
#else
    let! b = (Ok 2: Result<int, DbError>)
#endif
    return a + b
}
