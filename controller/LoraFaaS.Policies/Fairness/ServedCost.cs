namespace LoraFaaS.Policies.Fairness;

/// <summary>
/// Virtual token counters (Sheng et al., "Fairness in Serving Large Language Models", OSDI 2024): what each key was served, divided by its weight.
/// Who is behind goes first. A key that comes back from idleness is lifted to the least of the active ones, so that idling saves up
/// nothing; and nobody is ever further ahead of the least than the floor, so that one charged for a load still gets a share of what
/// follows it. Not thread-safe: its owner is one loop.
/// </summary>
/// <param name="floor">Most that a key may be ahead of the least served active one, in the unit of cost.</param>
public sealed class ServedCost<TKey>(double floor)
    where TKey : notnull
{
    /// <summary>Keys that are not active are worth little after so many others came; beyond this they are forgotten.</summary>
    private const int MaxKeys = 16_384;

    private readonly Dictionary<TKey, Account> _accounts = [];

    /// <summary>Weighted cost; a key never seen stands at the least of the active ones.</summary>
    public double Of(TKey key) => _accounts.TryGetValue(key, out var account) ? account.Served : Least();

    /// <summary>It has something waiting or running. Each call is undone by one of <see cref="Leave"/>.</summary>
    public void Enter(TKey key)
    {
        var account = AccountOf(key);

        if (account.Active == 0 && TryLeast(out var least))
        {
            account.Served = Math.Max(account.Served, least);
        }

        account.Active++;
    }

    public void Leave(TKey key)
    {
        if (_accounts.TryGetValue(key, out var account) && account.Active > 0)
        {
            account.Active--;
        }
    }

    /// <summary>Adds a cost: tokens by their weight, device time, a load, an eviction it caused.</summary>
    public void Charge(TKey key, double cost, double weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weight);

        var account = AccountOf(key);
        account.Served += cost / weight;

        if (TryLeast(out var least))
        {
            account.Served = Math.Min(account.Served, least + floor);
        }
    }

    private double Least() => TryLeast(out var least) ? least : 0;

    private bool TryLeast(out double least)
    {
        least = double.PositiveInfinity;

        foreach (var account in _accounts.Values)
        {
            if (account.Active > 0)
            {
                least = Math.Min(least, account.Served);
            }
        }

        return least < double.PositiveInfinity;
    }

    private Account AccountOf(TKey key)
    {
        if (_accounts.TryGetValue(key, out var account))
        {
            return account;
        }

        if (_accounts.Count >= MaxKeys)
        {
            foreach (var idle in _accounts.Where(pair => pair.Value.Active == 0).Select(pair => pair.Key).ToList())
            {
                _accounts.Remove(idle);
            }
        }

        _accounts.Add(key, account = new Account());
        return account;
    }

    private sealed class Account
    {
        public double Served { get; set; }

        public int Active { get; set; }
    }
}
