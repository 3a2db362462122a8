using System.Globalization;
using System.Text.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Files;

namespace LoraFaaS.Storage.Embedded.Plans;

/// <summary>A file a plan, named by its number. A plan is a wish and made anew within seconds: one that is damaged or lost is not missed.</summary>
internal sealed class EmbeddedPlanStore : IPlanStore
{
    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly List<PlanInfo> _plans;

    private EmbeddedPlanStore(string folder, List<PlanInfo> plans) => (_folder, _plans) = (folder, plans);

    /// <exception cref="StorageStartException">The folder cannot be read.</exception>
    public static EmbeddedPlanStore Open(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new EmbeddedPlanStore(folder, [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Read).OfType<PlanInfo>()]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageStartException($"The folder {folder} cannot be read: {exception.Message}", exception);
        }
    }

    public Task<PlanInfo?> AppendAsync(PlanInfo plan, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_plans.Count > 0 && _plans[^1].LeaderToken > plan.LeaderToken)
            {
                return Task.FromResult<PlanInfo?>(null);
            }

            var stored = plan with { Number = _plans.Count == 0 ? 1 : _plans[^1].Number + 1 };

            try
            {
                DurableFiles.Replace(PathOf(stored.Number), JsonSerializer.SerializeToUtf8Bytes(stored, ContractsJson.Default.PlanInfo));
                _plans.Add(stored);

                while (_plans.Count > IPlanStore.Kept)
                {
                    File.Delete(PathOf(_plans[0].Number));
                    _plans.RemoveAt(0);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new StoreUnavailableException($"The plan could not be written: {exception.Message}", exception);
            }

            return Task.FromResult<PlanInfo?>(stored);
        }
    }

    public Task<PlanInfo?> RefreshAsync(PlanInfo plan, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_plans.Count == 0 || _plans[^1].Number != plan.Number || _plans[^1].LeaderToken > plan.LeaderToken)
            {
                return Task.FromResult<PlanInfo?>(null);
            }

            // Figures move at every look: in memory at once, on disk with the next plan that asks for something else.
            _plans[^1] = plan;
            return Task.FromResult<PlanInfo?>(plan);
        }
    }

    public ValueTask<PlanInfo?> FindNewestAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_plans.Count == 0 ? null : _plans[^1]);
        }
    }

    public ValueTask<IReadOnlyList<PlanInfo>> ListAsync(int newest, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<PlanInfo>>([.. _plans.AsEnumerable().Reverse().Take(newest)]);
        }
    }

    private static PlanInfo? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ContractsJson.Default.PlanInfo);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string PathOf(long number) => Path.Combine(_folder, number.ToString("D12", CultureInfo.InvariantCulture) + ".json");
}
