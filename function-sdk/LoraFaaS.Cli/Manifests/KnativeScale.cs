using System.Globalization;
using LoraFaaS.Cli.Stack;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Manifests;

/// <summary>
/// <c>autoscaling.knative.dev/…</c> in OpenFaaS's scaling labels, which are the platform's own. Both spellings of a key are taken; an unknown key
/// under this prefix is refused, since it is a typing error of something that matters.
/// </summary>
internal static class KnativeScale
{
    private const string Prefix = "autoscaling.knative.dev/";
    private const string TypeLabel = "com.openfaas.scale.type";
    private const string TargetLabel = "com.openfaas.scale.target";
    private const string ProportionLabel = "com.openfaas.scale.target-proportion";
    private const int MostReplicas = 1_000;

    /// <summary>Knative's own stable window, over which there was no traffic before it scales to zero.</summary>
    private static readonly TimeSpan DefaultWindow = TimeSpan.FromSeconds(60);

    /// <summary>How fast Knative scales: there is no such loop here, adapters are loaded where and when they are needed.</summary>
    private static readonly string[] WithoutEffect =
    [
        "initial-scale", "activation-scale", "scale-down-delay", "panic-window-percentage", "panic-threshold-percentage", "target-burst-capacity",
        "max-scale-up-rate", "max-scale-down-rate", "scale-to-zero-grace-period",
    ];

    /// <summary>Takes the annotations out and puts labels in.</summary>
    public static void Apply(Dictionary<string, string> annotations, Dictionary<string, string> labels, YamlMap place, List<string> warnings)
    {
        var given = Take(annotations);

        if (given.Remove("class", out var scaler) && scaler is not "kpa.autoscaling.knative.dev")
        {
            throw Fault(place, "class", $"must be kpa.autoscaling.knative.dev, not {scaler}");
        }

        var least = Count(given, "min-scale", place);
        var most = Count(given, "max-scale", place);

        // Knative scales to zero unless it is told a minimum; a maximum of 0 means none.
        labels[FunctionAnnotations.ScaleZeroLabel] = least > 0 ? "false" : "true";
        Put(labels, FunctionAnnotations.ScaleMinLabel, least > 0 ? Number(least.Value) : null);
        Put(labels, FunctionAnnotations.ScaleMaxLabel, most > 0 ? Number(most.Value) : null);

        if (least > most && most > 0)
        {
            throw Fault(place, "min-scale", $"is more than max-scale, which is {most}");
        }

        ReadIdle(given, labels, place);
        ReadTarget(given, labels, place, warnings);

        foreach (var key in WithoutEffect.Where(given.Remove))
        {
            warnings.Add($"{Prefix}{key}: has no effect; adapters are loaded where and when they are needed");
        }

        if (given.Count > 0)
        {
            throw Fault(place, given.Keys.Order(StringComparer.Ordinal).First(), "is not a known key");
        }
    }

    private static void ReadIdle(Dictionary<string, string> given, Dictionary<string, string> labels, YamlMap place)
    {
        var window = Duration(given, "window", TimeSpan.FromSeconds(6), TimeSpan.FromHours(1), place);
        var retention = Duration(given, "scale-to-zero-pod-retention-period", TimeSpan.Zero, TimeSpan.FromHours(24), place);

        if (window is not null || retention is not null)
        {
            var idle = (window ?? DefaultWindow) + (retention ?? TimeSpan.Zero);
            labels[FunctionAnnotations.ScaleZeroDurationLabel] = string.Create(CultureInfo.InvariantCulture, $"{(long)idle.TotalSeconds}s");
        }
    }

    private static void ReadTarget(Dictionary<string, string> given, Dictionary<string, string> labels, YamlMap place, List<string> warnings)
    {
        var type = given.Remove("metric", out var metric)
            ? metric switch
            {
                "concurrency" => "capacity",
                "rps" => "rps",
                _ => throw Fault(place, "metric", $"must be concurrency or rps, not {metric}"),
            }
            : null;
        var target = Real(given, "target", 0.01, 1_000_000, place);
        var percent = Real(given, "target-utilization-percentage", 1, 100, place);

        if (type is null && target is null && percent is null)
        {
            return;
        }

        labels[TypeLabel] = type ?? "capacity";
        Put(labels, TargetLabel, target is { } aim ? Number(aim) : null);
        Put(labels, ProportionLabel, percent is { } share ? Number(share / 100) : null);
        warnings.Add($"{Prefix}target: kept as labels; one resident adapter serves as many invocations as its worker batches");
    }

    private static Dictionary<string, string> Take(Dictionary<string, string> annotations)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);

        foreach (var (name, value) in annotations.Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToList())
        {
            annotations.Remove(name);
            taken[ToKebab(name[Prefix.Length..])] = value;
        }

        return taken;
    }

    /// <summary>minScale is min-scale.</summary>
    private static string ToKebab(string key) =>
        string.Concat(key.Select(letter => char.IsAsciiLetterUpper(letter) ? "-" + char.ToLowerInvariant(letter) : letter.ToString()));

    private static int? Count(Dictionary<string, string> given, string key, YamlMap place)
    {
        if (!given.Remove(key, out var text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostReplicas
            ? count
            : throw Fault(place, key, $"is {text}; a whole number from 0 to {MostReplicas} is wanted");
    }

    private static double? Real(Dictionary<string, string> given, string key, double least, double most, YamlMap place)
    {
        if (!given.Remove(key, out var text))
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Fault(place, key, $"is {text}; a number from {Number(least)} to {Number(most)} is wanted");
    }

    private static TimeSpan? Duration(Dictionary<string, string> given, string key, TimeSpan least, TimeSpan most, YamlMap place)
    {
        if (!given.Remove(key, out var text))
        {
            return null;
        }

        return GoDuration.TryParse(text, out var duration) && duration >= least && duration <= most
            ? duration
            : throw Fault(place, key, $"is {text}; a duration from {least.TotalSeconds:0}s to {most.TotalHours:0}h is wanted, as in 90s");
    }

    private static void Put(Dictionary<string, string> labels, string name, string? value)
    {
        if (value is not null)
        {
            labels[name] = value;
        }
    }

    private static string Number(double number) => number.ToString("0.####", CultureInfo.InvariantCulture);

    private static StackException Fault(YamlMap place, string key, string what) => place.Fault($"annotations.{Prefix}{key}", what);
}
