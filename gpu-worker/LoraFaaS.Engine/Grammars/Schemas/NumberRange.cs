namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>The bounds of a number; null is none.</summary>
internal readonly record struct NumberRange(decimal? Low, bool ExcludesLow, decimal? High, bool ExcludesHigh)
{
    public static readonly NumberRange Everything;

    public bool IsEverything => Low is null && High is null;

    public bool HasFractions => IsFraction(Low) || IsFraction(High);

    /// <summary>The part of it that one more schema leaves.</summary>
    public NumberRange Within(SchemaPlace schema) =>
        Above(schema.Number("minimum"), excludes: false)
            .Above(schema.Number("exclusiveMinimum"), excludes: true)
            .Below(schema.Number("maximum"), excludes: false)
            .Below(schema.Number("exclusiveMaximum"), excludes: true);

    private NumberRange Above(decimal? low, bool excludes) =>
        low is null || low < Low || (low == Low && !excludes) ? this : this with { Low = low, ExcludesLow = excludes };

    private NumberRange Below(decimal? high, bool excludes) =>
        high is null || high > High || (high == High && !excludes) ? this : this with { High = high, ExcludesHigh = excludes };

    private static bool IsFraction(decimal? value) => value is { } number && number != decimal.Truncate(number);
}
