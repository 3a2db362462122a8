namespace LoraFaaS.Policies.Admission;

/// <summary>
/// Shares an API key's places out to gateways: who comes first has them, up to the key's bound less what others hold. A holding counts until it lapses,
/// so that no place is given twice while its holder may still use it.
/// </summary>
public static class KeyPlacePolicy
{
    /// <param name="claim">Of the gateway that asks.</param>
    /// <param name="others">Those of other gateways that have not lapsed, the ones with no place included.</param>
    /// <param name="isYoung">The book was begun more recently than a grant lasts: grants of an earlier book may stand. Then only those are confirmed.</param>
    public static KeyPlaceGrant Decide(KeyPlaceClaim claim, IReadOnlyCollection<KeyPlaceHolding> others, bool isYoung)
    {
        ArgumentNullException.ThrowIfNull(others);

        var taken = others.Sum(other => other.Held);
        var granted = Math.Max(0, Math.Min(claim.Wanted, claim.Most - taken));

        if (isYoung)
        {
            granted = Math.Min(granted, claim.Held);
        }

        var mayPass = isYoung || others.Any(other => other.Held > other.Running);
        return new KeyPlaceGrant(granted, others.Count > 0 && taken + granted >= claim.Most, granted < claim.Wanted && mayPass);
    }
}
