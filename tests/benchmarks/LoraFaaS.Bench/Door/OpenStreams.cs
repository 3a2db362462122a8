using System.Globalization;
using LoraFaaS.Bench.Reports;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// What memory of the gateway an open event stream takes. By HTTP/1.1 each has a connection of its caller's and one to the worker, and a machine may give a process fewer descriptors than twice the
/// streams; by HTTP/2 callers' streams share connections, a hundred to one.
/// </summary>
internal sealed class OpenStreams(DoorWorld world, ReportWriter report, int streams)
{
    internal const string CertificateName = "bench";

    private const int WarmStreams = 256;
    private const double Target = 30;

    /// <summary>For all in the gateway's process that is no stream.</summary>
    private const int OtherDescriptors = 500;

    private static readonly int Descriptors = OpenFilesLimit();

    public async Task MeasureAsync()
    {
        var most = Math.Min(streams, (Descriptors - OtherDescriptors) / 2);
        await world.BytesPerStreamAsync(WarmStreams);
        Add(
            string.Create(CultureInfo.InvariantCulture, $"{most:N0} streams by HTTP/1.1{(most < streams ? $" (this machine gives a process {Descriptors:N0} descriptors, and each takes two)" : "")}"),
            await world.BytesPerStreamAsync(most));
        await MeasureSharedAsync(Math.Min(streams, Descriptors - OtherDescriptors));
    }

    /// <summary>Kestrel takes HTTP/2 where it is agreed on in a TLS handshake, as clients of HTTP/2 do.</summary>
    private async Task MeasureSharedAsync(int count)
    {
        using var folder = new TempFolder();
        var (certificate, key) = (folder.File("tls.crt"), folder.File("tls.key"));
        await OwnCertificate.WriteAsync(certificate, key, CertificateName);
        var (gateway, address) = await world.StartAnotherAsync(options: ["--Gateway:CertificateFile", certificate, "--Gateway:KeyFile", key]);
        await using var _ = gateway;
        var url = new Uri(address, DoorWorld.HeldPath).ToString();

        await world.BytesPerStreamAsync(gateway, url, WarmStreams);
        Add(string.Create(CultureInfo.InvariantCulture, $"{count:N0} streams by HTTP/2 with TLS, 100 to a connection"), await world.BytesPerStreamAsync(gateway, url, count));
    }

    private void Add(string what, double bytes) => report.Add(BenchRow.Limit($"resident memory per open stream, {what}", bytes / 1000, "kB", Target));

    private static int OpenFilesLimit()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return (int)Math.Min(1_000_000, long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture));
    }
}
