// FS0041 obj: use takes what can be disposed.
module UseOfNoResource

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
    use one = obj ()
#else
    use one = new System.IO.MemoryStream()
#endif
    return one.GetHashCode()
}
