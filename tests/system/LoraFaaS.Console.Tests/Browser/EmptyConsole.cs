using LoraFaaS.TestKit.Servers;

namespace LoraFaaS.ConsoleTests.Browser;

/// <summary>With nothing in it, on a Postgres of its own.</summary>
public sealed class EmptyConsole : RunningConsole
{
    private PostgresServer? _postgres;

    /// <summary>The platform's database, for rows by the thousand.</summary>
    public Task SeedAsync(string sql) => _postgres!.ExecuteAsync(sql);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }

    protected override async Task<IReadOnlyList<string>> OptionsAsync()
    {
        _postgres = await PostgresServer.StartOwnAsync();
        return ["--postgres", _postgres.ConnectionString("postgres")];
    }
}
