namespace GoGoScope

open System
open System.Threading

/// Argument checks at the door. They throw; an expected outcome never does.
module internal Checks =

    /// The longest time that .NET's timers take: 2^32 - 2 milliseconds, about 49.7 days.
    let longest = TimeSpan.FromMilliseconds 4294967294.

    /// A duration from zero to `longest`.
    let duration (name: string) (value: TimeSpan) =
        if value < TimeSpan.Zero || value > longest then
            raise (
                ArgumentOutOfRangeException(
                    name,
                    value,
                    $"A duration must be from 00:00:00 to {longest}, but was {value}."
                )
            )

    /// A duration, or `Timeout.InfiniteTimeSpan` for no limit.
    let durationOrInfinite (name: string) (value: TimeSpan) =
        if value <> Timeout.InfiniteTimeSpan && (value < TimeSpan.Zero || value > longest) then
            raise (
                ArgumentOutOfRangeException(
                    name,
                    value,
                    $"A duration must be from 00:00:00 to {longest}, or Timeout.InfiniteTimeSpan for no limit, but was {value}."
                )
            )

    /// A count of at least one.
    let atLeastOne (name: string) (value: int) =
        if value < 1 then
            raise (ArgumentOutOfRangeException(name, value, $"Must be 1 or more, but was {value}."))

    /// A count of at least zero.
    let zeroOrMore (name: string) (value: int) =
        if value < 0 then
            raise (ArgumentOutOfRangeException(name, value, $"Must be 0 or more, but was {value}."))

    /// A part of a whole, from 0 to 1.
    let share (name: string) (value: float) =
        if not (value >= 0. && value <= 1.) then
            raise (ArgumentOutOfRangeException(name, value, $"Must be from 0 to 1, but was {value}."))

    /// A duration of at least a millisecond, up to `longest`.
    let span (name: string) (value: TimeSpan) =
        if value < TimeSpan.FromMilliseconds 1. || value > longest then
            raise (
                ArgumentOutOfRangeException(
                    name,
                    value,
                    $"Must be from 1 millisecond to {longest}, but was {value}."
                )
            )

    /// A reference that must be there, also when it comes from code that knows no nullness.
    let notNull (name: string) (value: obj | null) =
        if isNull value then
            raise (ArgumentNullException name)
