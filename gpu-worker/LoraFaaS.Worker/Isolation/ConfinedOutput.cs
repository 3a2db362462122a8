using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Isolation;

/// <summary>
/// What a confined process prints, as lines of the worker's log. Long lines are cut and floods are counted instead of kept: neither the
/// worker's memory nor its log's disk is a tenant's to fill.
/// </summary>
internal sealed partial class ConfinedOutput
{
    private const int MaxLineBytes = 8 << 10;
    private const int LinesEachPeriod = 200;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private long _periodBegan;
    private int _lines;
    private string _owner = "nobody yet";

    public ConfinedOutput(string name, Process process, TimeProvider time, ILogger logger)
    {
        _name = name;
        _time = time;
        _logger = logger;
        _periodBegan = time.GetTimestamp();
        Ended = Task.WhenAll(ReadAsync(process.StandardOutput.BaseStream), ReadAsync(process.StandardError.BaseStream));
    }

    public Task Ended { get; }

    public string Owner
    {
        get => Volatile.Read(ref _owner);
        set => Volatile.Write(ref _owner, value);
    }

    private async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[4 << 10];
        var line = new byte[MaxLineBytes];
        var length = 0;

        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var read)
            {
                for (var i = 0; i < read; i++)
                {
                    if (buffer[i] == (byte)'\n')
                    {
                        Say(line.AsSpan(0, length));
                        length = 0;
                    }
                    else if (length < MaxLineBytes)
                    {
                        line[length++] = buffer[i];
                    }
                }
            }
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException)
        {
            // The process is gone, and what it had to say with it.
        }

        Say(line.AsSpan(0, length));
    }

    private void Say(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return;
        }

        int count;

        lock (_gate)
        {
            if (_time.GetElapsedTime(_periodBegan) > Period)
            {
                (_periodBegan, _lines) = (_time.GetTimestamp(), 0);
            }

            count = ++_lines;
        }

        if (count <= LinesEachPeriod)
        {
            LogSaid(_name, Owner, Encoding.UTF8.GetString(line));
        }
        else if (count == LinesEachPeriod + 1)
        {
            LogFlood(_name, Owner, LinesEachPeriod, Period);
        }
    }

    [LoggerMessage(3201, LogLevel.Information, "{Process} of {Owner}: {Line}")]
    private partial void LogSaid(string process, string owner, string line);

    [LoggerMessage(3203, LogLevel.Warning, "{Process} of {Owner} printed more than {Lines} lines within {Period}; the rest of them is dropped")]
    private partial void LogFlood(string process, string owner, int lines, TimeSpan period);
}
