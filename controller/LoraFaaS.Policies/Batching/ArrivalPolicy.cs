namespace LoraFaaS.Policies.Batching;

/// <summary>Whether a prompt may begin on an adapter that is still on its way: only where the rest of it is expected so soon that its steps wait little, or not at all.</summary>
public static class ArrivalPolicy
{
    /// <param name="there">Of it, what has come; any unit.</param>
    /// <param name="total">All of it, in the same unit.</param>
    /// <param name="elapsed">Since the first of it came, or was asked for.</param>
    /// <param name="longest">That the rest may take, at the pace so far.</param>
    public static bool MayBegin(long there, long total, TimeSpan elapsed, TimeSpan longest) =>
        there >= total || (there > 0 && (total - there) * elapsed.TotalSeconds <= there * longest.TotalSeconds);
}
