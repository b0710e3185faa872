namespace GoGoScope

open System.Collections.Generic

/// When pictures were made of a scope's children, and which was the youngest child then: those up to it are at least that
/// old. So children need not look at the clock when they begin.
[<Sealed>]
type internal TreeLooks() =
    let looks = List<struct (int * int64)>()

    /// Remembers a picture, and few enough of them: of too many every second one.
    member _.Add(newest: int, time: int64) =
        lock looks (fun () ->
            let known =
                looks.Count > 0
                && (let struct (seen, _) = looks[looks.Count - 1] in seen = newest)

            if not known then
                if looks.Count = 16 then
                    for index in 7..-1..0 do
                        looks.RemoveAt(2 * index + 1)

                looks.Add(struct (newest, time)))

    /// The first one first: the place of the youngest child, and the time in ticks of the clock.
    member _.All: struct (int * int64) array = lock looks (fun () -> looks.ToArray())
