using System.Globalization;
using System.IO.Compression;

namespace LoraFaaS.Simulator.Traces;

/// <summary>Traces from files, gzip or plain: calls by the minute (a name, then a count a column: Azure Functions), or one call a line.</summary>
public static class TraceFiles
{
    /// <summary>Columns before the counts in the Azure Functions trace of 2019 as published: owner, app, function, trigger. Elsewhere one name.</summary>
    private const int PublishedColumns = 4;

    /// <summary>Seconds before the first call of a trace; instants of a clock begin at the first one.</summary>
    private const double MostLead = 86_400;

    /// <summary>Seconds of a trace whose calls all come at once.</summary>
    private const double Least = 1;

    /// <exception cref="FormatException">A line that is not a name and counts.</exception>
    public static IReadOnlyList<MinuteCounts> ReadMinutes(string path)
    {
        var rows = new List<MinuteCounts>();
        var (isHeader, first, name) = (true, 1, 0);

        foreach (var line in Lines(path))
        {
            var cells = line.Split(',');

            if (isHeader)
            {
                (isHeader, first, name) = cells[0] == "HashOwner" ? (false, PublishedColumns, 2) : (false, 1, 0);
                continue;
            }

            var counts = new int[cells.Length - first];

            for (var minute = 0; minute < counts.Length; minute++)
            {
                if (!int.TryParse(cells[minute + first], NumberStyles.None, CultureInfo.InvariantCulture, out counts[minute]))
                {
                    throw new FormatException($"{path}: {cells[name]}: \"{cells[minute + first]}\" is no count.");
                }
            }

            rows.Add(new MinuteCounts(cells[name], counts));
        }

        return rows;
    }

    /// <summary>Column <paramref name="column"/> of a metadata file, by the name in its first column.</summary>
    public static IReadOnlyDictionary<string, string> ReadColumn(string path, string column)
    {
        using var lines = Lines(path).GetEnumerator();
        var at = lines.MoveNext() ? Array.IndexOf(lines.Current.Split(','), column) : -1;

        if (at < 0)
        {
            throw new FormatException($"{path} has no column {column}.");
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);

        while (lines.MoveNext())
        {
            var cells = lines.Current.Split(',');
            values[cells[0]] = cells[at];
        }

        return values;
    }

    /// <summary>
    /// One call a line: <c>arrival_s,input_tokens,output_tokens</c> as the Azure LLM traces have it, and a fourth column <c>function</c> where there is one.
    /// </summary>
    public static Trace ReadRequests(string path, double adapterMegabytes = 50)
    {
        var calls = new List<(double Arrival, int Prompt, int Output, string Function)>();

        foreach (var line in Lines(path).Skip(1))
        {
            var cells = line.Split(',');

            if (cells.Length < 3 || !double.TryParse(cells[0], CultureInfo.InvariantCulture, out var arrival) || arrival is not (>= 0 and < double.PositiveInfinity)
                || !int.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out var prompt) || !int.TryParse(cells[2], NumberStyles.None, CultureInfo.InvariantCulture, out var output))
            {
                throw new FormatException($"{path}: \"{line}\" is not arrival_s,input_tokens,output_tokens[,function].");
            }

            calls.Add((arrival, prompt, output, cells.Length > 3 ? cells[3] : "all"));
        }

        calls.Sort((left, right) => left.Arrival.CompareTo(right.Arrival));
        var begin = calls.Count > 0 && calls[0].Arrival > MostLead ? calls[0].Arrival : 0;
        var names = calls.Select(call => call.Function).Distinct().ToList();
        var positions = names.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);

        return new Trace
        {
            Name = Path.GetFileName(path),
            Arrival = [.. calls.Select(call => call.Arrival - begin)],
            Function = [.. calls.Select(call => positions[call.Function])],
            PromptTokens = [.. calls.Select(call => call.Prompt)],
            OutputTokens = [.. calls.Select(call => call.Output)],
            Functions = [.. names.Select(name => new TraceFunction(name, 0, adapterMegabytes))],
            Length = calls.Count == 0 ? 0 : Math.Max(Least, calls[^1].Arrival - begin),
        };
    }

    /// <summary>
    /// Calls at instants: those of one minute spread evenly from a random phase, as the recipe of the traces' variation has it.
    /// </summary>
    public static Trace FromMinutes(
        string name, IReadOnlyList<MinuteCounts> rows, IReadOnlyList<TraceFunction> functions, int firstMinute, int minutes, int countFromMinute, TokenLengths lengths, int seed)
    {
        var random = new Random(seed);
        var calls = new List<(double Arrival, int Function)>();

        for (var function = 0; function < rows.Count; function++)
        {
            for (var minute = 0; minute < minutes; minute++)
            {
                var count = rows[function].Counts[firstMinute + minute];
                var phase = random.NextDouble();

                for (var index = 0; index < count; index++)
                {
                    calls.Add((60.0 * (minute + ((index + phase) / count)), function));
                }
            }
        }

        calls.Sort();

        return new Trace
        {
            Name = name,
            Arrival = [.. calls.Select(call => call.Arrival)],
            Function = [.. calls.Select(call => call.Function)],
            PromptTokens = [.. calls.Select(_ => lengths.Prompt(random))],
            OutputTokens = [.. calls.Select(_ => lengths.Output(random))],
            Functions = functions,
            CountFrom = 60.0 * countFromMinute,
            Length = 60.0 * minutes,
        };
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var file = File.OpenRead(path);
        using var reader = new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);

        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }
}
