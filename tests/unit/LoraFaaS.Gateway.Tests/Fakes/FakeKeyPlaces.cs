using LoraFaaS.Policies.Admission;
using LoraFaaS.Protocol.Control;
using WireGrant = LoraFaaS.Protocol.Control.KeyPlaceGrant;

namespace LoraFaaS.Gateway.Tests.Fakes;

/// <summary>The controller's book of API keys' places, by the real policy, with a test's hand on what it knows.</summary>
internal sealed class FakeKeyPlaces
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Key, string Gateway), KeyPlaceHolding> _held = [];

    /// <summary>How long a grant lasts at a gateway that does not renew it.</summary>
    public TimeSpan Lasts { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>It does not know yet what an earlier one has given out.</summary>
    public bool IsYoung { get; set; }

    /// <summary>Set: it cannot be asked.</summary>
    public bool IsAway { get; set; }

    public int Asked { get; private set; }

    public int HeldOf(string key)
    {
        lock (_gate)
        {
            return _held.Where(held => held.Key.Key == key).Sum(held => held.Value.Held);
        }
    }

    /// <summary>As another gateway that holds and uses places.</summary>
    public void Take(string key, string gateway, int held, int running)
    {
        lock (_gate)
        {
            _held[(key, gateway)] = new KeyPlaceHolding(held, running);
        }
    }

    /// <summary>A gateway has not been heard of for as long as grants last.</summary>
    public void Lapse(string gateway)
    {
        lock (_gate)
        {
            foreach (var gone in _held.Keys.Where(held => held.Gateway == gateway).ToList())
            {
                _held.Remove(gone);
            }
        }
    }

    public IReadOnlyCollection<string> Gateways
    {
        get
        {
            lock (_gate)
            {
                return [.. _held.Keys.Select(held => held.Gateway).Distinct()];
            }
        }
    }

    public KeyPlacesReply Lease(KeyPlacesRequest request)
    {
        if (IsAway)
        {
            throw new Protocol.Grpc.GrpcStatusException(Protocol.Grpc.GrpcStatusCode.Unavailable, "away");
        }

        lock (_gate)
        {
            Asked++;
            var reply = new KeyPlacesReply { LastsMs = (int)Lasts.TotalMilliseconds };

            foreach (var claim in request.Claims)
            {
                var others = _held.Where(held => held.Key.Key == claim.KeyId && held.Key.Gateway != request.GatewayId).Select(held => held.Value).ToList();
                var grant = KeyPlacePolicy.Decide(new(claim.Number, claim.Running, claim.Held, claim.Wanted, claim.Most), others, IsYoung);
                _held[(claim.KeyId, request.GatewayId)] = new KeyPlaceHolding(grant.Granted, claim.Running);
                reply.Grants.Add(new WireGrant { KeyId = claim.KeyId, Granted = grant.Granted, IsScarce = grant.IsScarce, MayAskAgain = grant.MayAskAgain });
            }

            return reply;
        }
    }
}
