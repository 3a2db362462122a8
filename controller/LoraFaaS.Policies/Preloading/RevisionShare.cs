namespace LoraFaaS.Policies.Preloading;

/// <summary>What a function's forecast says of one revision. Calls fall to revisions by a hash that knows nothing of when they come.</summary>
public static class RevisionShare
{
    /// <summary>
    /// Chance that a call falls to the revision, where <paramref name="whole"/> is that of any call: arrivals thinned to a share, as of a Poisson stream
    /// that is silent with the same chance. Calls that come in crowds make it more, so this is the careful figure.
    /// </summary>
    /// <param name="whole">0 to 1.</param>
    /// <param name="share">Of the function's calls, 0 to 1.</param>
    public static double Of(double whole, double share) => share >= 1 ? whole : 1 - Math.Pow(1 - whole, share);
}
