using System.Globalization;
using System.Text.Json;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Files;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Embedded.Holdings;

/// <summary>A file a day, replaced whole. One that cannot be read any more is told apart from one that never was: the day is not begun anew over it.</summary>
internal sealed class EmbeddedHoldingStore : IHoldingStore
{
    private const string Name = "yyyy-MM-dd";

    private readonly string _folder;
    private readonly Lock _lock = new();

    private EmbeddedHoldingStore(string folder) => _folder = folder;

    /// <exception cref="StorageStartException">The folder cannot be made.</exception>
    public static EmbeddedHoldingStore Open(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new EmbeddedHoldingStore(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageStartException($"The folder {folder} cannot be made: {exception.Message}", exception);
        }
    }

    public Task SaveAsync(HoldingDay day, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            try
            {
                DurableFiles.Replace(PathOf(day.Day), JsonSerializer.SerializeToUtf8Bytes(day, StorageJson.Default.HoldingDay));

                foreach (var old in Directory.EnumerateFiles(_folder, "*.json").Order(StringComparer.Ordinal).SkipLast(IHoldingStore.DaysKept).ToList())
                {
                    File.Delete(old);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new StoreUnavailableException($"What was held on {day.Day.ToString(Name, CultureInfo.InvariantCulture)} could not be written: {exception.Message}", exception);
            }
        }

        return Task.CompletedTask;
    }

    public ValueTask<HoldingDay?> FindAsync(DateOnly day, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            try
            {
                return ValueTask.FromResult(
                    File.Exists(PathOf(day)) ? JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(day)), StorageJson.Default.HoldingDay) : null);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
            {
                throw new StoreUnavailableException($"{PathOf(day)} cannot be read: {exception.Message}", exception);
            }
        }
    }

    private string PathOf(DateOnly day) => Path.Combine(_folder, day.ToString(Name, CultureInfo.InvariantCulture) + ".json");
}
