using System.Collections.Concurrent;
using System.Threading.Channels;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Policies.Admission;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using WireClaim = LoraFaaS.Protocol.Control.KeyPlaceClaim;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// Invocations at once of API keys that may have so many over all gateways: each gateway holds places that the controller granted it, uses them without asking, and
/// renews them every second. A killed gateway's lapse. See decisions/0014.
/// </summary>
internal sealed class KeyPlaces(ControlClient control, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>One that has just become free at another gateway is on its way back to the controller, mostly for less than this.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);

    /// <summary>Between two questions of one who may yet get a place.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How long one asks who may yet get a place: longer than a grant lasts, of which one must lapse where the book of grants was lost.</summary>
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(8);

    private readonly string _gateway = Guid.NewGuid().ToString();
    private readonly ConcurrentDictionary<ApiKeyId, KeyPlaceBook> _books = [];
    private readonly Channel<byte> _free = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Entered: <see cref="Leave"/> follows.</summary>
    public async Task<KeyEntry> EnterAsync(CallerKey key, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();

        for (var asked = 0; ; asked++)
        {
            var book = _books.GetOrAdd(key.Id, static (_, clock) => new KeyPlaceBook(clock), time);

            switch (book.TryEnter(key.Limits.MaxConcurrent))
            {
                case KeyPlaceBook.Entry.Entered:
                    return KeyEntry.Entered.Instance;
                case KeyPlaceBook.Entry.Full:
                    return KeyEntry.Full.Instance;
                case KeyPlaceBook.Entry.Gone:
                    continue;
            }

            if (await AskAsync(key, book, mayWait: asked < 2, cancellationToken) is { } end)
            {
                return end;
            }

            if (time.GetElapsedTime(begun) > LongestSearch)
            {
                return KeyEntry.Full.Instance;
            }

            await Task.Delay(asked == 0 ? FirstPause : Pause, time, cancellationToken);
        }
    }

    public void Leave(ApiKeyId key)
    {
        // Nobody lets a book go that somebody is in.
        if (_books.TryGetValue(key, out var book) && book.Leave())
        {
            _free.Writer.TryWrite(0);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var turn = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var freed = _free.Reader.ReadAsync(stoppingToken).AsTask();

        while (!stoppingToken.IsCancellationRequested)
        {
            await await Task.WhenAny(turn, freed);
            var isTurn = turn.IsCompleted;

            if (isTurn)
            {
                turn = timer.WaitForNextTickAsync(stoppingToken).AsTask();
            }

            if (freed.IsCompleted)
            {
                freed = _free.Reader.ReadAsync(stoppingToken).AsTask();
            }

            await ReportAsync(isTurn, stoppingToken);
        }
    }

    /// <summary>Null: a place may yet become free.</summary>
    private async Task<KeyEntry?> AskAsync(CallerKey key, KeyPlaceBook book, bool mayWait, CancellationToken cancellationToken)
    {
        book.Wait();

        try
        {
            await book.Asking.WaitAsync(cancellationToken);

            try
            {
                // Who asked before may have asked for us.
                switch (book.TryEnter(key.Limits.MaxConcurrent))
                {
                    case KeyPlaceBook.Entry.Entered:
                        return KeyEntry.Entered.Instance;
                    case KeyPlaceBook.Entry.Full:
                        return KeyEntry.Full.Instance;
                    case KeyPlaceBook.Entry.Gone:
                        return null;
                }

                var claim = book.Want();

                if (!await LeaseAsync([(key.Id, book, claim)], cancellationToken))
                {
                    return KeyEntry.Unknown.Instance;
                }

                if (book.TryEnter(key.Limits.MaxConcurrent) is KeyPlaceBook.Entry.Entered)
                {
                    return KeyEntry.Entered.Instance;
                }

                if (mayWait || book.MayAskAgain)
                {
                    return null;
                }

                book.FoundFull();
                return KeyEntry.Full.Instance;
            }
            finally
            {
                book.Asking.Release();
            }
        }
        finally
        {
            book.StopWaiting();
        }
    }

    private async Task ReportAsync(bool isTurn, CancellationToken cancellationToken)
    {
        var claims = new List<(ApiKeyId Key, KeyPlaceBook Book, Policies.Admission.KeyPlaceClaim Claim)>();

        foreach (var (key, book) in _books)
        {
            if (isTurn && book.TryRetire())
            {
                _books.TryRemove(new KeyValuePair<ApiKeyId, KeyPlaceBook>(key, book));
                continue;
            }

            // Whoever is asking renews it with that.
            if (!book.Asking.Wait(0, cancellationToken))
            {
                continue;
            }

            if (book.Report(isTurn) is { } claim)
            {
                claims.Add((key, book, claim));
            }
            else
            {
                book.Asking.Release();
            }
        }

        try
        {
            if (claims.Count > 0)
            {
                await LeaseAsync(claims, cancellationToken);
            }
        }
        finally
        {
            foreach (var (_, book, _) in claims)
            {
                book.Asking.Release();
            }
        }
    }

    /// <summary>False: the controller cannot be asked. What was granted stands until it lapses.</summary>
    private async Task<bool> LeaseAsync(IReadOnlyList<(ApiKeyId Key, KeyPlaceBook Book, Policies.Admission.KeyPlaceClaim Claim)> claims, CancellationToken cancellationToken)
    {
        var request = new KeyPlacesRequest { GatewayId = _gateway };
        request.Claims.AddRange(claims.Select(one => new WireClaim
        {
            KeyId = one.Key.Value, Number = one.Claim.Number, Running = one.Claim.Running, Held = one.Claim.Held, Wanted = one.Claim.Wanted, Most = one.Claim.Most,
        }));
        var askedAt = time.GetTimestamp();

        try
        {
            var reply = await control.LeaseKeyPlacesAsync(request, Patience, cancellationToken);
            var grants = reply.Grants.DistinctBy(grant => grant.KeyId).ToDictionary(grant => grant.KeyId, StringComparer.Ordinal);

            foreach (var (key, book, _) in claims)
            {
                if (grants.TryGetValue(key.Value, out var grant))
                {
                    if (book.Learn(new(grant.Granted, grant.IsScarce, grant.MayAskAgain), askedAt, TimeSpan.FromMilliseconds(reply.LastsMs)))
                    {
                        _free.Writer.TryWrite(0);
                    }
                }
            }

            return true;
        }
        catch (GrpcStatusException)
        {
            // The route watch says when the controller is away; this would only repeat it.
            return false;
        }
    }
}
