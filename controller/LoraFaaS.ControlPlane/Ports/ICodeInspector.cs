using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Judges a package of code in the artifact store, as data: nothing of it is run here.</summary>
public interface ICodeInspector
{
    Task<CodeInspection> InspectAsync(Digest package, CancellationToken cancellationToken);
}
