namespace LoraFaaS.Policies.Circuits;

/// <summary>
/// Closed, open, half-open (Nygard, "Release It!"). Only what the place itself did counts: it could not be reached, or broke off. An answer of any kind
/// closes the circuit, also a refusal; and that a caller's deadline passed says nothing, or callers with short ones could have a place passed over.
/// </summary>
public static class CircuitPolicy
{
    /// <summary>Whether a call may go there now.</summary>
    public static bool MayTry(Circuit circuit, TimeSpan now) => circuit.State is CircuitState.Closed || now >= circuit.Until;

    /// <summary>A call goes there. Where the circuit was open, this is the one that tries it: until its end is known, others wait.</summary>
    public static Circuit Begin(Circuit circuit, TimeSpan now, CircuitLimits limits) => circuit.State is CircuitState.Closed || now < circuit.Until
        ? circuit
        : circuit with { State = CircuitState.HalfOpen, Until = now + limits.LongestPause };

    public static Circuit Failed(Circuit circuit, TimeSpan now, CircuitLimits limits)
    {
        var failures = circuit.Failures + 1;

        switch (circuit.State)
        {
            case CircuitState.HalfOpen:
                var longer = circuit.Pause * 2 < limits.LongestPause ? circuit.Pause * 2 : limits.LongestPause;
                return new Circuit(CircuitState.Open, failures, now + longer, longer);

            case CircuitState.Closed when failures >= limits.Failures:
                return new Circuit(CircuitState.Open, failures, now + limits.FirstPause, limits.FirstPause);

            default:
                // Those that were under way when it opened say nothing new.
                return circuit with { Failures = failures };
        }
    }

    public static Circuit Succeeded() => Circuit.Closed;
}
