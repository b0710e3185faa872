// FS10001 From: in scopeOf<Never> no error can be lifted.
module NothingIsNever

open GoGoScope

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

type AppError =
    | Db of DbError
    | Net of NetError

    static member From(error: DbError) = Db error
    static member From(error: NetError) = Net error

let work = scopeOf<Never> {
#if REFUSED
    let! a = (Ok 1: Result<int, DbError>)
#else
    let! a = (Ok 1: Result<int, Never>)
#endif
    return a
}
