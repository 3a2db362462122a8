using System.Collections.Frozen;

namespace LoraFaaS.Simulator.Traces;

/// <summary>
/// The slices that the papers' comparison is made on: per class of variation eight random stretches of four hours with eight random functions each (papers A8),
/// by fixed seeds. The four hours before each teach the predictors and are not counted.
/// </summary>
public static class TraceSlices
{
    public const int Slices = 8;
    public const int Minutes = 240;
    public const int Before = 240;

    /// <summary>Drawn for one slice until one has functions enough.</summary>
    private const int MostStretches = 200;

    public static readonly IReadOnlyList<string> Classes = ["predictable", "normal", "bursty"];

    /// <param name="folder">Where <c>azure_functions_2019_day_counts.csv.gz</c> is. Classes are its metadata's, or, without such a file, those of the whole day's gaps.</param>
    /// <param name="variation">One of <see cref="Classes"/>.</param>
    /// <param name="slice">0 to 7 are the published ones; others are other stretches and functions.</param>
    /// <param name="functions">How many functions; backbones take turns.</param>
    /// <param name="backbones">How many backbones the functions use.</param>
    /// <param name="load">Calls for each call of the trace.</param>
    /// <param name="minutes">That are counted.</param>
    /// <param name="lengths">Of prompts and answers; null: Gsm8K's.</param>
    /// <param name="fits">Which functions may be chosen, by their calls in each counted minute; null: those with two calls and no more than 20 000.</param>
    /// <exception cref="InvalidDataException">In no stretch that was drawn there are so many functions that may be chosen, or the trace is shorter than one.</exception>
    public static Trace Read(
        string folder, string variation, int slice, int functions = 8, int backbones = 2, int load = 1, int minutes = Minutes, TokenLengths? lengths = null,
        Predicate<IReadOnlyList<int>>? fits = null)
    {
        var meta = Path.Combine(folder, "azure_functions_2019_day_meta.csv");
        var classes = File.Exists(meta) ? TraceFiles.ReadColumn(meta, "cov_class") : FrozenDictionary<string, string>.Empty;
        var random = new Random(HashOf(variation) + (1_000 * slice));
        var rows = TraceFiles.ReadMinutes(Path.Combine(folder, "azure_functions_2019_day_counts.csv.gz"))
            .Where(row => (classes.TryGetValue(row.Function, out var named) ? named : ArrivalClass.Of(row.Counts)) == variation)
            .OrderBy(row => row.Function, StringComparer.Ordinal)
            .ToArray();
        var length = rows.Select(row => row.Counts.Length).DefaultIfEmpty(0).Min();

        if (length < Before + minutes)
        {
            throw new InvalidDataException($"{folder} has no {variation} functions with {Before + minutes} minutes.");
        }

        // Only functions that are called in the stretch say anything; the busiest hundredth would be a load test.
        fits ??= counts => counts.Sum() is >= 2 and <= 20_000;

        for (var stretch = 0; stretch < MostStretches; stretch++)
        {
            var start = Before + random.Next(length - Before - minutes + 1);
            var called = rows.Where(row => fits([.. row.Counts.Skip(start).Take(minutes)])).ToArray();

            if (called.Length >= functions)
            {
                random.Shuffle(called);
                return Lay($"{variation} {slice}", called[..functions], start, backbones, load, minutes, lengths ?? TokenLengths.Gsm8K, random);
            }
        }

        throw new InvalidDataException($"{MostStretches} stretches of {minutes} minutes in {folder} have no {functions} {variation} functions that fit.");
    }

    private static Trace Lay(string name, MinuteCounts[] chosen, int start, int backbones, int load, int minutes, TokenLengths lengths, Random random)
    {
        var specs = chosen.Select((row, index) => new TraceFunction(row.Function, index % backbones, AdapterOf(random))).ToArray();

        var laid = chosen.Select(row => new MinuteCounts(row.Function, [.. row.Counts.Select(count => count * load)])).ToArray();

        return TraceFiles.FromMinutes(name, laid, specs, start - Before, Before + minutes, Before, lengths, random.Next());
    }

    /// <summary>Ranks 8 to 64 on query, key and value: 13 to 101 MB.</summary>
    private static double AdapterOf(Random random) => 12.6 * (1 << random.Next(4));

    private static int HashOf(string text) => text.Aggregate(17, (hash, letter) => (hash * 31) + letter);
}
