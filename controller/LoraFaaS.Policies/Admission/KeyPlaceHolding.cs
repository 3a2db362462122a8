namespace LoraFaaS.Policies.Admission;

/// <summary>Places of one API key that another gateway holds, and how many of them it uses.</summary>
public readonly record struct KeyPlaceHolding(int Held, int Running);
