using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>
/// All functions as of the catalogue's newest version, read from the store only when that has moved: route tables and open pages of the console ask every
/// few seconds, and ten thousand rows are not worth reading for the answer that nothing changed.
/// </summary>
public sealed class CatalogueView(ICatalogueStore catalogue)
{
    private Held _held = new(-1, []);

    public async ValueTask<IReadOnlyList<FunctionRecord>> FunctionsAsync(CancellationToken cancellationToken)
    {
        // The version is read first: what is written in between shows as a newer version at the next look.
        var version = await catalogue.GetVersionAsync(cancellationToken);

        if (Volatile.Read(ref _held) is var held && held.Version == version)
        {
            return held.Functions;
        }

        var functions = await catalogue.ListFunctionsAsync(null, cancellationToken);
        Volatile.Write(ref _held, new Held(version, functions));
        return functions;
    }

    private sealed record Held(long Version, IReadOnlyList<FunctionRecord> Functions);
}
