using System.Globalization;

namespace LoraFaaS.Gateway.Requests;

/// <summary>From and to, both included unless said otherwise.</summary>
internal readonly record struct NumberRange(double Minimum, double Maximum, bool MinimumExcluded = false)
{
    public bool Contains(double number) => number <= Maximum && (MinimumExcluded ? number > Minimum : number >= Minimum);

    public override string ToString() => MinimumExcluded
        ? string.Create(CultureInfo.InvariantCulture, $"must be greater than {Minimum} and at most {Maximum}")
        : string.Create(CultureInfo.InvariantCulture, $"must be between {Minimum} and {Maximum}");
}
