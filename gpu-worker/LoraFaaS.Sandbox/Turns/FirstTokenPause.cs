using System.Diagnostics;
using LoraFaaS.Linux.Synchronization;
using LoraFaaS.Protocol.Turns;

namespace LoraFaaS.Sandbox.Turns;

/// <summary>
/// A moment for a first token to get out before the next step takes all processors: it passes through half a dozen threads that have to wake, each of which would wait beside those that compute
/// for as long as a scheduler's slice. Ends when the worker has passed it on. Used by the engine loop alone. See decisions/0008-a-first-token-gets-out-first.md.
/// </summary>
/// <param name="turns">Knows the worker's page; without it nobody waits.</param>
/// <param name="pause">Lets the backend's threads sleep.</param>
internal sealed class FirstTokenPause(TurnTaker turns, Action pause)
{
    /// <summary>Of one pause. Where the token takes longer, others have the processors, and the next step is no longer what it waits for.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(1.5);

    private uint _heard;

    /// <summary>Before tokens are sent: what has been passed on by now is none of them.</summary>
    public void Begin() => _heard = turns.Place?.Heard ?? 0;

    /// <summary>True when so many first tokens have been passed on since <see cref="Begin"/>. False: not within a moment, or others have the turn, or there is no page to see it on.</summary>
    public bool TryAwait(uint tokens)
    {
        if (!turns.HoldsTurn || turns.Place is not { } place)
        {
            return false;
        }

        pause();
        var until = Stopwatch.GetTimestamp() + (long)(Longest.TotalSeconds * Stopwatch.Frequency);

        while (place.Heard is var heard && heard - _heard < tokens)
        {
            var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), until);

            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            Futex.Wait(new FutexWord(place.Grants, TurnPages.Heard, heard), left);
        }

        return true;
    }
}
