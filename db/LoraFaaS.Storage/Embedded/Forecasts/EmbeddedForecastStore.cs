using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Files;

namespace LoraFaaS.Storage.Embedded.Forecasts;

/// <summary>A file for each memory, replaced whole. Its own checksum says whether it is sound.</summary>
internal sealed class EmbeddedForecastStore(string folder) : IForecastStore
{
    private readonly Lock _writing = new();

    /// <exception cref="StorageStartException">The folder cannot be made.</exception>
    public static EmbeddedForecastStore Open(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new EmbeddedForecastStore(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageStartException($"The folder {folder} cannot be used: {exception.Message}", exception);
        }
    }

    public async Task SaveAsync(ForecastMemory memory, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            // Flushing takes as long as the disk likes.
            await Task.Run(() => Replace(memory, content.Span), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"{PathOf(memory)} cannot be written: {exception.Message}", exception);
        }
    }

    public async ValueTask<byte[]?> LoadAsync(ForecastMemory memory, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(PathOf(memory), cancellationToken);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"{PathOf(memory)} cannot be read: {exception.Message}", exception);
        }
    }

    private void Replace(ForecastMemory memory, ReadOnlySpan<byte> content)
    {
        lock (_writing)
        {
            DurableFiles.Replace(PathOf(memory), content);
        }
    }

    private string PathOf(ForecastMemory memory) => Path.Combine(folder, memory.ToString().ToLowerInvariant());
}
