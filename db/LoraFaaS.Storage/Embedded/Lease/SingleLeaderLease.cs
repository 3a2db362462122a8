using System.Globalization;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Files;

namespace LoraFaaS.Storage.Embedded.Lease;

/// <summary>
/// The lease where one process owns the data folder: others can only be within it. The token is kept in a file, so that it rises
/// across restarts too.
/// </summary>
internal sealed class SingleLeaderLease : ILeaderLease
{
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();

    private string? _holder;
    private long _expires;
    private long _token;

    private SingleLeaderLease(string path, long token, TimeProvider time) => (_path, _token, _time) = (path, token, time);

    /// <exception cref="StorageStartException">The token's file cannot be read.</exception>
    public static SingleLeaderLease Open(string path, TimeProvider time)
    {
        try
        {
            var text = File.Exists(path) ? File.ReadAllText(path).Trim() : "0";

            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                ? new SingleLeaderLease(path, token, time)
                : throw new StorageStartException($"The file {path} should hold the lease's number and holds '{text}'; write a number greater than any before into it.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageStartException($"The file {path} cannot be read: {exception.Message}", exception);
        }
    }

    public Task<LeaseGrant?> TryHoldAsync(string controllerId, TimeSpan duration, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            var isHeld = _holder is not null && now < _expires;

            if (isHeld && _holder != controllerId)
            {
                return Task.FromResult<LeaseGrant?>(null);
            }

            if (!isHeld)
            {
                Raise();
            }

            (_holder, _expires) = (controllerId, now + (long)(duration.TotalSeconds * _time.TimestampFrequency));
            return Task.FromResult<LeaseGrant?>(new LeaseGrant(_token));
        }
    }

    public Task ReleaseAsync(string controllerId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_holder == controllerId)
            {
                _holder = null;
            }
        }

        return Task.CompletedTask;
    }

    private void Raise()
    {
        try
        {
            DurableFiles.Replace(_path, System.Text.Encoding.UTF8.GetBytes((_token + 1).ToString(CultureInfo.InvariantCulture)));
            _token++;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The lease could not be written: {exception.Message}", exception);
        }
    }
}
