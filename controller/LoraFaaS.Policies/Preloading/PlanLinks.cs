using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>
/// What each worker's links may still move until the next plan. A transfer larger than a whole budget may be the first of its round, or it would never be.
/// </summary>
internal sealed class PlanLinks
{
    private readonly PreloadRequest _request;
    private readonly long[] _left;
    private readonly bool[] _isFresh;

    public PlanLinks(PreloadRequest request)
    {
        _request = request;
        _left = new long[request.Workers.Length * 3];
        _isFresh = new bool[_left.Length];
        Array.Fill(_isFresh, true);

        for (var worker = 0; worker < request.Workers.Length; worker++)
        {
            _left[worker * 3] = request.Workers[worker].StoreLink.Bytes;
            _left[(worker * 3) + 1] = request.Workers[worker].DiskLink.Bytes;
            _left[(worker * 3) + 2] = request.Workers[worker].DeviceLink.Bytes;
        }
    }

    public PreloadAction Decide(int worker, StorageTier from, StorageTier to, long bytes, bool ready)
    {
        if (from >= to)
        {
            return PreloadAction.Keep;
        }

        if (!ready || _request.Workers[worker].HasLiveDemand)
        {
            return PreloadAction.Wait;
        }

        for (var link = (int)from; link < (int)to; link++)
        {
            if (_left[(worker * 3) + link] < bytes && !_isFresh[(worker * 3) + link])
            {
                return PreloadAction.Wait;
            }
        }

        for (var link = (int)from; link < (int)to; link++)
        {
            _left[(worker * 3) + link] -= bytes;
            _isFresh[(worker * 3) + link] = false;
        }

        return PreloadAction.Load;
    }
}
