namespace LoraFaaS.ServiceDefaults.Health;

/// <summary>What one part says: not healthy turns the answer into 503; notes (such as an isolation measure the machine cannot enforce) do not.</summary>
public sealed record HealthReading(bool IsHealthy, params IReadOnlyList<string> Notes)
{
    public static readonly HealthReading Well = new(true);
}
