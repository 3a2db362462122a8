using System.Globalization;
using System.Runtime.InteropServices;

namespace LoraFaaS.Cli.Up;

/// <summary>
/// How a running <c>up</c> is told to restart its gateway: SIGUSR2, as servers that replace themselves have it. (SIGHUP comes when a terminal is closed, and ends it.) Its process id is in
/// the data folder.
/// </summary>
internal static partial class UpSignal
{
    private const int Restart = 12;

    /// <summary>Starts are counted from the machine's boot, which is known to about a second.</summary>
    private static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(1);

    /// <summary>Until disposed, <paramref name="restart"/> is called at each signal.</summary>
    public static IDisposable Listen(string dataFolder, Action restart)
    {
        var file = DataFolder.Open(dataFolder).UpFile;
        var registration = PosixSignalRegistration.Create((PosixSignal)Restart, signal =>
        {
            signal.Cancel = true;
            restart();
        });

        // The file comes last: whoever reads it may send at once, and the signal ends a process that does not expect it.
        File.WriteAllText(file, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new Listening(registration, file);
    }

    /// <summary>The process that serves from a data folder; null: none does.</summary>
    public static int? Find(DataFolder data) =>
        File.Exists(data.UpFile) && int.TryParse(File.ReadAllText(data.UpFile), NumberStyles.None, CultureInfo.InvariantCulture, out var process) && IsOurs(process, data.UpFile) ? process : null;

    /// <exception cref="UsageException">Nobody serves from there.</exception>
    public static void Send(string dataFolder)
    {
        if (Find(DataFolder.Open(dataFolder)) is not { } process || kill(process, Restart) != 0)
        {
            throw new UsageException($"No platform serves from {dataFolder}: start one with lorafaas up, or say with --data where its data lies.");
        }
    }

    /// <summary>
    /// A file that outlived its process may name another's by now, and the signal ends one that does not expect it. Whoever wrote the file had started
    /// before; in a container that starts again even this process may have the number.
    /// </summary>
    private static bool IsOurs(int process, string file)
    {
        try
        {
            using var running = System.Diagnostics.Process.GetProcessById(process);
            return running.StartTime <= File.GetLastWriteTime(file) + ClockStep
                && File.ReadAllText(FormattableString.Invariant($"/proc/{process}/cmdline")).Contains("lorafaas", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);

    private sealed class Listening(PosixSignalRegistration registration, string file) : IDisposable
    {
        public void Dispose()
        {
            File.Delete(file);
            registration.Dispose();
        }
    }
}
