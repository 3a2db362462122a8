using System.Globalization;
using System.IO.Compression;

namespace LoraFaaS.Bench.Forecasting;

/// <summary>Reads the traces of tests/data/traces, or of another folder with files of the same names and columns.</summary>
internal sealed class TraceFiles(string folder)
{
    /// <summary>The traces do not say their date: a Monday.</summary>
    private static readonly DateTimeOffset Monday = new(2019, 7, 15, 0, 0, 0, TimeSpan.Zero);

    public TraceSet? Read(string set, int mostSeries) => set switch
    {
        "azure-day" => Azure("azure_functions_2019_day", set, 0, 1440, mostSeries),
        "azure-8h" => Azure("azure_functions_2019_8h", set, 480, 480, mostSeries),
        "servegen" => ServeGen(mostSeries),
        "gentd" => LoraRequests(mostSeries),
        _ => throw new ArgumentException($"no such trace: {set}"),
    };

    private TraceSet? Azure(string file, string name, int startMinute, int minutes, int most)
    {
        if (!TryTable($"{file}_counts.csv.gz", out var counts) || !TryTable($"{file}_meta.csv", out var meta))
        {
            return null;
        }

        var header = meta[0].Split(',').ToList();
        var facts = meta.Skip(1).Select(line => line.Split(',')).ToDictionary(cells => cells[0]);
        var (classAt, weightAt) = (header.IndexOf("cov_class"), header.IndexOf("sample_weight"));
        List<TraceSeries> series =
        [
            .. counts.Skip(1).Take(most).Select(line => line.Split(',')).Select(cells => new TraceSeries(
                cells[0], facts[cells[0]][classAt], weightAt < 0 ? 1 : Number(facts[cells[0]][weightAt]), [.. cells.Skip(1).Select(cell => (int)Number(cell))])),
        ];
        return new TraceSet(name, Monday.AddMinutes(startMinute), series, minutes * 7 / 12, minutes * 2 / 3, Epochs: 6);
    }

    /// <summary>Ten-minute counts are laid into minutes as a renewal process of the window's published variation would: gamma shares.</summary>
    private TraceSet? ServeGen(int most)
    {
        if (!TryTable("servegen_lang14d_counts_10min.csv.gz", out var counts) || !TryTable("servegen_lang14d_iatcov_10min.csv.gz", out var covs)
            || !TryTable("servegen_clients_meta.csv", out var meta))
        {
            return null;
        }

        var classAt = meta[0].Split(',').ToList().IndexOf("window_cov_class");
        var classes = meta.Skip(1).Select(line => line.Split(',')).ToDictionary(cells => cells[0], cells => cells[classAt]);
        var variation = covs.Skip(1).Select(line => line.Split(',')).ToDictionary(cells => cells[0]);
        List<TraceSeries> series = [];

        foreach (var cells in counts.Skip(1).Take(most).Select(line => line.Split(',')))
        {
            var random = new Random(series.Count);
            series.Add(new TraceSeries(cells[0], classes[cells[0]], 1, [.. cells.Skip(1).SelectMany((cell, at) =>
                WindowSplit.Split((int)Number(cell), Number(variation[cells[0]][at + 1], 1), random))]));
        }

        const int Day = 1440;
        return new TraceSet("servegen", Monday, series, 9 * Day, 10 * Day, Epochs: 1);
    }

    /// <summary>Requests with their instants, a function for each base checkpoint; not part of the repository (its licence is research only).</summary>
    private TraceSet? LoraRequests(int most)
    {
        if (!TryTable("alibaba_gentd26_lora_requests.csv.gz", out var rows))
        {
            return null;
        }

        var header = rows[0].Split(',').ToList();
        var (timeAt, groupAt) = (header.IndexOf("gmt_create"), header.IndexOf("checkpoint_model_version_id"));
        var calls = rows.Skip(1).Select(line => line.Split(','))
            .Select(cells => (At: DateTimeOffset.Parse(cells[timeAt], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), Id: cells[groupAt])).ToList();
        var start = calls.Min(call => call.At).UtcDateTime.Date;
        var minutes = (int)(calls.Max(call => call.At) - start).TotalMinutes + 1;
        List<TraceSeries> series = [];

        foreach (var group in calls.GroupBy(call => call.Id).OrderByDescending(group => group.Count()).Take(most))
        {
            var counts = new int[minutes];

            foreach (var (at, _) in group)
            {
                counts[(int)(at - start).TotalMinutes]++;
            }

            series.Add(new TraceSeries(group.Key, ArrivalClass.Of(counts), 1, counts));
        }

        return new TraceSet("gentd", new DateTimeOffset(start, TimeSpan.Zero), series, minutes * 7 / 12, minutes * 2 / 3, Epochs: 3);
    }

    private bool TryTable(string file, out string[] lines)
    {
        var path = Path.Combine(folder, file);
        lines = [];

        if (!File.Exists(path))
        {
            return false;
        }

        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : File.OpenRead(path);
        using var reader = new StreamReader(stream);
        lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return true;
    }

    private static double Number(string text, double otherwise = 0) => text.Length == 0 ? otherwise : double.Parse(text, CultureInfo.InvariantCulture);
}
