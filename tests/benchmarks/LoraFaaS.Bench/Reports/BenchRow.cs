namespace LoraFaaS.Bench.Reports;

/// <summary>One measured case: the figure, what bounds it (measured in the same run), and how near it comes.</summary>
internal sealed record BenchRow
{
    public required string Case { get; init; }

    public required double Figure { get; init; }

    public required string Unit { get; init; }

    /// <summary>In the figure's unit. Null where nothing bounds it but the target.</summary>
    public double? Ceiling { get; init; }

    /// <summary>What the ceiling is.</summary>
    public string CeilingName { get; init; } = "";

    /// <summary>Share of the ceiling reached, 1 at best: figure ÷ ceiling, or its inverse where less is better.</summary>
    public double? Fraction { get; init; }

    /// <summary>In words: "≥ 85 %".</summary>
    public string Target { get; init; } = "";

    /// <summary>Null where there is no target.</summary>
    public bool? Met { get; init; }

    /// <summary>More is better, bounded by a ceiling; the target is a share of it.</summary>
    public static BenchRow Rate(string name, double figure, string unit, double ceiling, string ceilingName, double? target = null) => new()
    {
        Case = name,
        Figure = figure,
        Unit = unit,
        Ceiling = ceiling,
        CeilingName = ceilingName,
        Fraction = figure / ceiling,
        Target = target is { } share ? $"≥ {share:P0}" : "",
        Met = target is { } least ? figure / ceiling >= least : null,
    };

    /// <summary>Less is better; the ceiling is the floor it stands on, the target a multiple of that.</summary>
    public static BenchRow Cost(string name, double figure, string unit, double floor, string floorName, double? mostTimes = null) => new()
    {
        Case = name,
        Figure = figure,
        Unit = unit,
        Ceiling = floor,
        CeilingName = floorName,
        Fraction = floor / figure,
        Target = mostTimes is { } times ? $"≤ {times:0.##}×" : "",
        Met = mostTimes is { } most ? figure <= most * floor : null,
    };

    /// <summary>Less is better, and the target is a number of its own.</summary>
    public static BenchRow Limit(string name, double figure, string unit, double? most = null) => new()
    {
        Case = name,
        Figure = figure,
        Unit = unit,
        Target = most is { } limit ? $"≤ {limit:0.##}" : "",
        Met = most is { } bound ? figure <= bound : null,
    };

    /// <summary>More is better, and the target is a number of its own.</summary>
    public static BenchRow AtLeast(string name, double figure, string unit, double least) => new()
    {
        Case = name,
        Figure = figure,
        Unit = unit,
        Target = $"≥ {least:0.##}",
        Met = figure >= least,
    };
}
