using System.Collections.Immutable;
using System.Globalization;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>
/// Reads the platform's own labels and annotations. Each bad value is refused by its name: a typing error in a deployment must not
/// become a default in production. An unknown <c>lorafaas.io/</c> name is such an error; anybody else's names are left alone.
/// </summary>
internal sealed class SettingsReader(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations)
{
    private const string OwnPrefix = "lorafaas.io/";
    private const int MaxSystemPrompt = 32 * 1024;
    private const int MaxReplicas = 1_000;
    private const int MaxConcurrency = 1_000;

    private static readonly string[] OwnNames =
    [
        FunctionAnnotations.Isolation, FunctionAnnotations.SloTtft, FunctionAnnotations.SloTpot, FunctionAnnotations.KeepAlive,
        FunctionAnnotations.SystemPrompt, FunctionAnnotations.Prompt, FunctionAnnotations.Temperature, FunctionAnnotations.TopP,
        FunctionAnnotations.TopK, FunctionAnnotations.MaxTokens, FunctionAnnotations.Seed, FunctionAnnotations.Timeout,
        FunctionAnnotations.Code, FunctionAnnotations.MaxConcurrent,
        FunctionAnnotations.Priority, FunctionAnnotations.Canary, FunctionAnnotations.Traffic,
    ];

    private Problem? _problem;

    /// <summary>The settings, or the first problem in the order of the wire names.</summary>
    public static Problem? Read(
        IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations, out FunctionSettings settings)
    {
        var reader = new SettingsReader(labels, annotations);
        reader.RefuseUnknown();

        settings = new FunctionSettings
        {
            Isolation = reader.Choice(FunctionAnnotations.Isolation, ("namespace", IsolationMode.Namespace), ("function", IsolationMode.Function)),
            Prompt = reader.Choice(FunctionAnnotations.Prompt, ("chat", PromptMode.Chat), ("raw", PromptMode.Raw)),
            SystemPrompt = reader.SystemPrompt(),
            Sampling = new SamplingDefaults
            {
                Temperature = (float)(reader.Number(FunctionAnnotations.Temperature, 0, 10) ?? 0),
                TopP = (float)(reader.Number(FunctionAnnotations.TopP, double.Epsilon, 1) ?? 1),
                TopK = (int)(reader.Integer(annotations, FunctionAnnotations.TopK, 0, 1_000_000) ?? 0),
                MaxTokens = (int)(reader.Integer(annotations, FunctionAnnotations.MaxTokens, 1, 1_000_000) ?? SamplingDefaults.Greedy.MaxTokens),
                Seed = reader.Integer(annotations, FunctionAnnotations.Seed, long.MinValue, long.MaxValue),
            },
            SloTtft = reader.Duration(annotations, FunctionAnnotations.SloTtft, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
            SloTpot = reader.Duration(annotations, FunctionAnnotations.SloTpot, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
            Priority = reader.Choice(
                FunctionAnnotations.Priority, ("normal", FunctionPriority.Normal), ("low", FunctionPriority.Low), ("high", FunctionPriority.High)),
            KeepAlive = reader.Duration(annotations, FunctionAnnotations.KeepAlive, TimeSpan.Zero, TimeSpan.FromDays(365)),
            Timeout = reader.Duration(annotations, FunctionAnnotations.Timeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
            MaxConcurrent = (int)(reader.Integer(annotations, FunctionAnnotations.MaxConcurrent, 0, MaxConcurrency) ?? 0),
            Code = reader.Code(),
            Canary = (int?)reader.Integer(annotations, FunctionAnnotations.Canary, 0, 100),
            Traffic = reader.Traffic(),
            Retry = reader.Retry(),
            Scale = reader.Scale(),
        };

        return reader._problem;
    }

    private RetrySettings Retry() => new()
    {
        Attempts = (int?)Integer(annotations, FunctionAnnotations.RetryAttempts, 1, 1_000),
        Codes = RetryCodes(),
        MinWait = Duration(annotations, FunctionAnnotations.RetryMinWait, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)),
        MaxWait = Duration(annotations, FunctionAnnotations.RetryMaxWait, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)),
    };

    /// <summary>Statuses between commas.</summary>
    private ImmutableArray<int>? RetryCodes()
    {
        if (!annotations.TryGetValue(FunctionAnnotations.RetryCodes, out var text))
        {
            return null;
        }

        var codes = ImmutableArray.CreateBuilder<int>();

        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code is < 400 or > 599)
            {
                Refuse(FunctionAnnotations.RetryCodes, $"{Quote(word)} is not a status from 400 to 599");
                return null;
            }

            codes.Add(code);
        }

        return codes.ToImmutable();
    }

    private ScaleRule Scale()
    {
        var scale = new ScaleRule
        {
            Min = (int?)Integer(labels, FunctionAnnotations.ScaleMinLabel, 0, MaxReplicas),
            Max = (int?)Integer(labels, FunctionAnnotations.ScaleMaxLabel, 0, MaxReplicas),
            Zero = Boolean(FunctionAnnotations.ScaleZeroLabel),
            ZeroDuration = Duration(labels, FunctionAnnotations.ScaleZeroDurationLabel, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
        };

        // OpenFaaS reads a maximum of 0 as "no maximum".
        if (scale.Max == 0)
        {
            scale = scale with { Max = null };
        }

        if (scale is { Min: { } min, Max: { } max } && min > max)
        {
            Refuse(FunctionAnnotations.ScaleMinLabel, $"{min} is more than {FunctionAnnotations.ScaleMaxLabel}, which is {max}");
        }

        return scale;
    }

    private void RefuseUnknown()
    {
        foreach (var name in annotations.Keys.Concat(labels.Keys).Where(name => name.StartsWith(OwnPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (!OwnNames.Contains(name, StringComparer.Ordinal))
            {
                Refuse(name, $"there is no such setting; there are {string.Join(", ", OwnNames.Order(StringComparer.Ordinal))}");
            }
            else if (!annotations.ContainsKey(name))
            {
                Refuse(name, "this is an annotation, not a label");
            }
        }
    }

    private string? SystemPrompt()
    {
        if (!annotations.TryGetValue(FunctionAnnotations.SystemPrompt, out var text) || text.Length == 0)
        {
            return null;
        }

        if (text.Length > MaxSystemPrompt)
        {
            Refuse(FunctionAnnotations.SystemPrompt, $"it has {text.Length} characters, at most {MaxSystemPrompt} are allowed");
        }

        return text;
    }

    private Digest? Code()
    {
        if (!annotations.TryGetValue(FunctionAnnotations.Code, out var text))
        {
            return null;
        }

        if (!Digest.TryParse(text, out var digest))
        {
            Refuse(FunctionAnnotations.Code, $"{Quote(text)} is not a package's digest, as in sha256:<64 hexadecimal digits>");
            return null;
        }

        return digest;
    }

    private IReadOnlyList<TrafficTarget>? Traffic()
    {
        if (!annotations.TryGetValue(FunctionAnnotations.Traffic, out var text))
        {
            return null;
        }

        if (annotations.ContainsKey(FunctionAnnotations.Canary))
        {
            Refuse(FunctionAnnotations.Canary, $"{FunctionAnnotations.Traffic} says the whole split already");
        }

        if (TrafficText.Read(text, "", out var targets) is { } wrong)
        {
            Refuse(FunctionAnnotations.Traffic, OneLine.Clean(wrong));
        }

        return targets;
    }

    private T Choice<T>(string name, params ReadOnlySpan<(string Word, T Value)> choices)
        where T : struct
    {
        if (!annotations.TryGetValue(name, out var text))
        {
            return default;
        }

        var words = new List<string>(choices.Length);

        foreach (var (word, value) in choices)
        {
            if (string.Equals(word, text, StringComparison.Ordinal))
            {
                return value;
            }

            words.Add(word);
        }

        Refuse(name, $"{Quote(text)} is none of {string.Join(", ", words)}");
        return default;
    }

    private double? Number(string name, double least, double most)
    {
        if (!annotations.TryGetValue(name, out var text))
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        var from = least == double.Epsilon ? "more than 0" : string.Create(CultureInfo.InvariantCulture, $"{least}");
        Refuse(name, string.Create(CultureInfo.InvariantCulture, $"{Quote(text)} is not a number from {from} to {most}"));
        return null;
    }

    private long? Integer(IReadOnlyDictionary<string, string> from, string name, long least, long most)
    {
        if (!from.TryGetValue(name, out var text))
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Refuse(name, $"{Quote(text)} is not a whole number from {least} to {most}");
        return null;
    }

    private bool Boolean(string name)
    {
        switch (labels.GetValueOrDefault(name))
        {
            case null or "false" or "0" or "":
                return false;
            case "true" or "1":
                return true;
            case var text:
                Refuse(name, $"{Quote(text)} is neither true nor false");
                return false;
        }
    }

    private TimeSpan? Duration(IReadOnlyDictionary<string, string> from, string name, TimeSpan least, TimeSpan most)
    {
        if (!from.TryGetValue(name, out var text))
        {
            return null;
        }

        if (GoDuration.TryParse(text, out var duration) && duration >= least && duration <= most)
        {
            return duration;
        }

        Refuse(name, $"{Quote(text)} is not a duration from {GoDuration.Format(least)} to {GoDuration.Format(most)}, as in \"1m30s\"");
        return null;
    }

    private void Refuse(string name, string message) => _problem ??= new Problem(ErrorCode.InvalidRequest, message, name);

    /// <summary>What a caller sent, on one line and short, so that an error stays one line.</summary>
    private static string Quote(string text) => OneLine.Quote(text);
}
