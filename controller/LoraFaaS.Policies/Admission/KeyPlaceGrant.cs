namespace LoraFaaS.Policies.Admission;

/// <summary>Places that a gateway may use until its grant lapses.</summary>
/// <param name="Granted">How many, in place of those before.</param>
/// <param name="IsScarce">Others use the key too, and none is left to be lent to them: what is not used is given back at once and not kept for the next call.</param>
/// <param name="MayAskAgain">Not all that was wanted, and a place may become free without the end of a call: others hold some they do not use, or it is not known yet what others hold.</param>
public readonly record struct KeyPlaceGrant(int Granted, bool IsScarce, bool MayAskAgain);
