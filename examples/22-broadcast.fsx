// A broadcast reaches every subscriber that is there when a message is sent. Each says how far it may fall behind, and what then.
// Run it: dotnet fsi examples/22-broadcast.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let program: Scoped<unit, string> = scope {
    let! news = Broadcast.create<int, string>
    let! all = Broadcast.subscribe news // senders wait for it when it has 64 unread messages

    let! even =
        Broadcast.subscribeWith
            {
                SubscribeOptions.Default<int>() with
                    Filter = Func<int, bool>(fun number -> number % 2 = 0)
            }
            news

    let! lossy =
        Broadcast.subscribeWith
            {
                SubscribeOptions.Default<int>() with
                    Lag = 2
                    WhenSlow = SlowSubscriber.DropOldest
                    OnDropped = Action<int>(fun number -> printfn $"lost {number}")
            }
            news

    let! strict =
        Broadcast.subscribeWith
            {
                SubscribeOptions.Default<int>() with
                    Lag = 3
                    WhenSlow = SlowSubscriber.Disconnect
            }
            news

    for number in 1..4 do
        do! Broadcast.send number news

    let! late = Broadcast.subscribe news
    do! Broadcast.send 5 news
    Broadcast.close news // all get what they have not read

    let read (name: string) (subscription: Subscription<int>) : Scoped<unit, string> = scope {
        let! numbers = Subscription.receiveMany 10 subscription
        let! ends = Scoped.result (Subscription.receive subscription)

        match ends with
        | Ok _ -> printfn $"{name}: %A{numbers}"
        | Error error -> printfn $"{name}: %A{numbers}, {error}"
    }

    do! read "all" all
    do! read "even" even
    do! read "lossy" lossy
    do! read "strict" strict
    do! read "late" late
}

Scope.runSync program |> ignore

(* prints
lost 1
lost 2
lost 3
all: [|1; 2; 3; 4; 5|]
even: [|2; 4|]
lossy: [|4; 5|]
strict: [|1; 2; 3|], rejected: the queue is full (3)
late: [|5|]
*)
