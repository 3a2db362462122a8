using System.Globalization;

namespace LoraFaaS.Bench.Door;

/// <summary>Calls due one after another that were all answered late.</summary>
/// <param name="AtMs">When the first of them was due, from the load's beginning.</param>
/// <param name="LengthMs">From the first that was due to the last.</param>
/// <param name="Calls">How many.</param>
/// <param name="MostMs">How late the latest was.</param>
internal sealed record LateStretch(double AtMs, double LengthMs, int Calls, double MostMs)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Calls} at {AtMs:0} ms for {LengthMs:0.0}, up to {MostMs:0.0}");
}
