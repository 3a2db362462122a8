using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>How much forecasting may take.</summary>
public sealed class ForecastOptions
{
    public const string Section = "Controller:Forecast";

    /// <summary>Functions watched at most; each takes about 7 KiB and some 20 µs a minute.</summary>
    [Range(1, 1_000_000)]
    public int MaxFunctions { get; set; } = 20_000;

    /// <summary>Functions forecast anew between whole minutes, the busiest first.</summary>
    [Range(0, 100_000)]
    public int HotFunctions { get; set; } = 512;

    /// <summary>Share of one core that learning may take; 0 learns nothing. More follows new habits sooner.</summary>
    [Range(0, 1.0)]
    public double LearningShare { get; set; } = 0.05;

    /// <summary>Time between saves of histories and network. What is lost in a crash is no more than this.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan SaveInterval { get; set; } = TimeSpan.FromMinutes(5);
}

[OptionsValidator]
internal sealed partial class ForecastOptionsValidator : IValidateOptions<ForecastOptions>;
