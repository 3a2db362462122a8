namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// What forecasting remembers over a restart. Losing it costs accuracy for a while and nothing else. Every member may throw
/// <see cref="StoreUnavailableException"/>.
/// </summary>
public interface IForecastStore
{
    /// <summary>Replaces what is remembered under that head, whole or not at all.</summary>
    Task SaveAsync(ForecastMemory memory, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Null where nothing was saved.</summary>
    ValueTask<byte[]?> LoadAsync(ForecastMemory memory, CancellationToken cancellationToken);
}
