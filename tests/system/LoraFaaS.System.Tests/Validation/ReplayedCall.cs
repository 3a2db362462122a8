namespace LoraFaaS.SystemTests.Validation;

/// <summary>One streamed call as its caller saw it.</summary>
/// <param name="FirstTokenMs">From the moment it was sent.</param>
/// <param name="DoneMs">The same, to its end.</param>
/// <param name="Tokens">Of the answer.</param>
/// <param name="AdapterTier">Where the platform says that it found the adapter.</param>
/// <param name="Account">Where the platform says that the time went, as it says it.</param>
internal sealed record ReplayedCall(double FirstTokenMs, double DoneMs, int Tokens, string AdapterTier, string Account)
{
    public bool WasWarm => AdapterTier == "device";
}
