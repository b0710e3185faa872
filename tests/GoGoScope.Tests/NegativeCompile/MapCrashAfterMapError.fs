// FS0001 NetError: after mapError the error is the new one, also for mapCrash.
module MapCrashAfterMapError

open GoGoScope

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

type AppError =
    | Db of DbError
    | Net of NetError

    static member From(error: DbError) = Db error
    static member From(error: NetError) = Net error

let ask: Scoped<int, NetError> = scope { return 1 }

let mapped = ask |> Scoped.mapError (fun _ -> NoRow 1)

#if REFUSED
let work = mapped |> Scoped.mapCrash (fun failure -> Refused failure.Message)
#else
let work = mapped |> Scoped.mapCrash (fun _ -> NoRow 2)
#endif
