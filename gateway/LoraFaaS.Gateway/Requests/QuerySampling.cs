using System.Globalization;

namespace LoraFaaS.Gateway.Requests;

/// <summary>Sampling fields in a URL's query: <c>?max_tokens=20&amp;temperature=0.7&amp;stop=END</c>. Other parameters are the caller's own affair.</summary>
internal static class QuerySampling
{
    public static SamplingOverrides Read(IQueryCollection query, FieldProblems problems)
    {
        if (query.Count == 0)
        {
            return SamplingOverrides.None;
        }

        var stop = query["stop"].Where(text => text is not null).Select(text => text!).ToArray();
        problems.Add(SamplingRules.CheckStops(stop, "stop"));

        return new SamplingOverrides
        {
            Temperature = Number(query, "temperature", SamplingRules.Temperature, problems),
            TopP = Number(query, "top_p", SamplingRules.TopP, problems),
            TopK = (int?)Integer(query, "top_k", SamplingRules.TopK, problems),
            MinP = Number(query, "min_p", SamplingRules.MinP, problems),
            RepetitionPenalty = Number(query, "repetition_penalty", SamplingRules.RepetitionPenalty, problems),
            PresencePenalty = Number(query, "presence_penalty", SamplingRules.Penalty, problems),
            FrequencyPenalty = Number(query, "frequency_penalty", SamplingRules.Penalty, problems),
            Seed = Integer(query, "seed", null, problems),
            MaxTokens = (int?)Integer(query, "max_tokens", SamplingRules.MaxTokens, problems),
            Stop = stop.Length > 0 ? stop : null,
        };
    }

    private static float? Number(IQueryCollection query, string name, NumberRange range, FieldProblems problems)
    {
        if (query[name] is not [{ } text, ..])
        {
            return null;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            problems.Add(name, "must be a number");
            return null;
        }

        if (range.Contains(number))
        {
            return (float)number;
        }

        problems.Add(name, range.ToString());
        return null;
    }

    private static long? Integer(IQueryCollection query, string name, NumberRange? range, FieldProblems problems)
    {
        if (query[name] is not [{ } text, ..])
        {
            return null;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            problems.Add(name, "must be an integer");
            return null;
        }

        if (range is not { } limits || limits.Contains(number))
        {
            return number;
        }

        problems.Add(name, limits.ToString());
        return null;
    }
}
