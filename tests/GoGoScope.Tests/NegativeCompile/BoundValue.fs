// FS0041 int: right of let! stands work, not a value.
module BoundValue

open GoGoScope

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

type AppError =
    | Db of DbError
    | Net of NetError

    static member From(error: DbError) = Db error
    static member From(error: NetError) = Net error

let work: Scoped<int, DbError> = scope {
#if REFUSED
    let! one = 1
#else
    let one = 1
#endif
    return one
}
