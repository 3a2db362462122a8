using System.Globalization;
using System.IO.Compression;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Memory;

/// <summary>Arrivals of the Azure Functions day and lengths of the Azure LLM conversations, from <c>tests/data/traces</c>.</summary>
internal sealed class TraceDay
{
    public const int Minutes = 1_440;

    private TraceDay(IReadOnlyList<int[]> counts, IReadOnlyList<(int Prompt, int Answer)> lengths) => (Counts, Lengths) = (counts, lengths);

    /// <summary>Calls in each minute, a row a function.</summary>
    public IReadOnlyList<int[]> Counts { get; }

    /// <summary>Tokens of real conversations, in the order they came.</summary>
    public IReadOnlyList<(int Prompt, int Answer)> Lengths { get; }

    /// <summary>So many functions, spread evenly over the file's.</summary>
    public static TraceDay Read(int functions)
    {
        var rows = Lines("azure_functions_2019_day_counts.csv.gz").Skip(1).ToList();
        var stride = Math.Max(1, rows.Count / functions);
        var counts = rows.Where((_, row) => row % stride == 0).Take(functions).Select(row => row.Split(',').Skip(1).Select(Number).ToArray()).ToList();
        var lengths = Lines("azure_llm_2023_conv.csv.gz").Skip(1).Select(row => row.Split(',')).Select(cells => (Number(cells[1]), Number(cells[2]))).ToList();
        return new TraceDay(counts, lengths);
    }

    /// <summary>Seconds and function of each call, in order; the calls of a minute are spread evenly over it.</summary>
    public IEnumerable<(double At, int Function)> Arrivals()
    {
        for (var minute = 0; minute < Minutes; minute++)
        {
            var now = minute;
            var calls = Enumerable.Range(0, Counts.Count).SelectMany(function =>
                Enumerable.Range(0, Counts[function][now]).Select(call => (60 * (now + ((call + 0.5) / Counts[function][now])), function)));

            foreach (var call in calls.OrderBy(call => call.Item1))
            {
                yield return call;
            }
        }
    }

    private static IEnumerable<string> Lines(string name)
    {
        using var file = new StreamReader(new GZipStream(File.OpenRead(RepositoryRoot.Of("tests", "data", "traces", name)), CompressionMode.Decompress));

        while (file.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static int Number(string text) => (int)double.Parse(text, CultureInfo.InvariantCulture);
}
