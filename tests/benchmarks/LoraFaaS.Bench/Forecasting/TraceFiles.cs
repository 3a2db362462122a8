using System.Globalization;
using System.IO.Compression;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Bench.Forecasting;

/// <summary>Reads the traces of tests/data/traces, or of another folder with files of the same names and columns.</summary>
internal sealed class TraceFiles(string folder)
{
    /// <summary>Of a trace: the network is taught in stretches, and the longest horizon is a quarter of an hour.</summary>
    private const int LeastMinutes = 240;

    /// <summary>The traces do not say their date: a Monday.</summary>
    private static readonly DateTimeOffset Monday = new(2019, 7, 15, 0, 0, 0, TimeSpan.Zero);

    /// <exception cref="FormatException">No such trace, or a file that is not one.</exception>
    /// <exception cref="InvalidDataException">Too short to be learned and scored.</exception>
    public TraceSet? Read(string set, int mostSeries) => set switch
    {
        "azure-day" => Azure("azure_functions_2019_day", set, 0, mostSeries),
        "azure-8h" => Azure("azure_functions_2019_8h", set, 480, mostSeries),
        "servegen" => ServeGen(mostSeries),
        "gentd" => LoraRequests(mostSeries),
        _ => throw new FormatException($"{set} is none of azure-day, azure-8h, servegen and gentd."),
    };

    private TraceSet? Azure(string file, string name, int startMinute, int most)
    {
        if (!TryTable($"{file}_counts.csv.gz", out var counts))
        {
            return null;
        }

        var classes = Classes($"{file}_meta.csv", "cov_class");
        List<TraceSeries> series = [];

        foreach (var cells in counts.Skip(1).Take(most).Select(line => line.Split(',')))
        {
            int[] minutes = [.. cells.Skip(1).Select(cell => (int)Number(cell))];
            series.Add(new TraceSeries(cells[0], classes.GetValueOrDefault(cells[0]) ?? ArrivalClass.Of(minutes), minutes));
        }

        return Cut(name, Monday.AddMinutes(startMinute), series, 7.0 / 12, 2.0 / 3, epochs: 6);
    }

    /// <summary>Ten-minute counts are laid into minutes as a renewal process of the window's published variation would: gamma shares.</summary>
    private TraceSet? ServeGen(int most)
    {
        if (!TryTable("servegen_lang14d_counts_10min.csv.gz", out var counts) || !TryTable("servegen_lang14d_iatcov_10min.csv.gz", out var covs))
        {
            return null;
        }

        var classes = Classes("servegen_clients_meta.csv", "window_cov_class");
        var variation = covs.Skip(1).Select(line => line.Split(',')).ToDictionary(cells => cells[0]);
        List<TraceSeries> series = [];

        foreach (var cells in counts.Skip(1).Take(most).Select(line => line.Split(',')))
        {
            var random = new Random(series.Count);
            int[] minutes = [.. cells.Skip(1).SelectMany((cell, at) => WindowSplit.Split((int)Number(cell), Number(variation[cells[0]][at + 1], 1), random))];
            series.Add(new TraceSeries(cells[0], classes.GetValueOrDefault(cells[0]) ?? ArrivalClass.Of(minutes), minutes));
        }

        return Cut("servegen", Monday, series, 9.0 / 14, 10.0 / 14, epochs: 1);
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

            series.Add(new TraceSeries(group.Key, ArrivalClass.Of(counts), counts));
        }

        return Cut("gentd", new DateTimeOffset(start, TimeSpan.Zero), series, 7.0 / 12, 2.0 / 3, epochs: 3);
    }

    /// <summary>Of functions by the name in the first column; empty without the file: classes are then told by the calls.</summary>
    private Dictionary<string, string> Classes(string file, string column)
    {
        if (!TryTable(file, out var lines))
        {
            return [];
        }

        var at = lines[0].Split(',').ToList().IndexOf(column);
        return lines.Skip(1).Select(line => line.Split(',')).ToDictionary(cells => cells[0], cells => cells[at]);
    }

    /// <exception cref="InvalidDataException">Nothing would be learned, or nothing scored.</exception>
    private static TraceSet Cut(string name, DateTimeOffset start, List<TraceSeries> series, double learned, double unscored, int epochs)
    {
        var minutes = series.Select(one => one.Minutes.Length).DefaultIfEmpty(0).Min();

        if (minutes < LeastMinutes)
        {
            throw new InvalidDataException($"{name}: {series.Count} functions of {minutes} minutes; it takes one of {LeastMinutes}.");
        }

        // A whole number of minutes, whatever a fraction's rounding makes of it.
        return new TraceSet(name, start, series, (int)Math.Floor((minutes * learned) + 1e-6), (int)Math.Floor((minutes * unscored) + 1e-6), epochs);
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
