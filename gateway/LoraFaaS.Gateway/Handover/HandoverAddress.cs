using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace LoraFaaS.Gateway.Handover;

/// <summary>Where gateways of one name meet: an abstract Unix address, which needs no file and is gone with the process that has it.</summary>
internal static class HandoverAddress
{
    public static UnixDomainSocketEndPoint Of(string name) =>
        new($"\0lorafaas-gateway-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16))}");
}
