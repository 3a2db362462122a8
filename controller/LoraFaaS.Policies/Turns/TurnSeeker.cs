namespace LoraFaaS.Policies.Turns;

/// <summary>A sandbox that wants the next step of the device.</summary>
/// <param name="Slot">Its place at the arbiter.</param>
/// <param name="Margin">Time to spare of its most pressing first token (Δ); the largest value there is when no promise presses.</param>
/// <param name="Served">Device time its namespace had, by weight, in seconds (a virtual token counter).</param>
/// <param name="Waiting">How long it has waited for this turn.</param>
public readonly record struct TurnSeeker(int Slot, TimeSpan Margin, double Served, TimeSpan Waiting)
{
    /// <summary>It owes somebody a token by an instant.</summary>
    public bool HasPromise => Margin != TimeSpan.MaxValue;
}
