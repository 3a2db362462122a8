namespace LoraFaaS.Policies.Batching;

/// <summary>
/// When a first token is due that was promised, for the order of service. By due instants alone (EDF) an overload that outlasts one promise breaks all of them: whoever is first in line
/// is the one that can just no longer be served in time, and when it has been, so is the next. So one that cannot be kept any more counts as if it had come anew: behind those that still can,
/// before those that come later, and again so when that instant cannot be kept either. Nobody is overtaken for ever, since each such instant stands until it comes.
/// </summary>
public static class DuePolicy
{
    /// <summary>The instant to be served by, in the units of the others.</summary>
    /// <param name="due">As promised.</param>
    /// <param name="promised">Time to first token.</param>
    /// <param name="now">As of this instant.</param>
    /// <param name="expected">What computing the rest of the prompt takes at least; 0: not known.</param>
    public static long Of(long due, long promised, long now, long expected)
    {
        var late = now + expected - due;

        // One that takes longer than was promised is never in time: it keeps its place, and its turn comes.
        return late <= 0 || expected >= promised ? due : due + (((late + promised - 1) / promised) * promised);
    }
}
