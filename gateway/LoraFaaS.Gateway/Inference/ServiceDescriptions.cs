using System.Collections.Frozen;
using System.Diagnostics;
using Google.Protobuf.Reflection;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Health;
using LoraFaaS.Protocol.Inference;
using LoraFaaS.Protocol.ServerReflection;
using Asked = LoraFaaS.Protocol.ServerReflection.ServerReflectionRequest.MessageRequestOneofCase;

namespace LoraFaaS.Gateway.Inference;

/// <summary>gRPC's server reflection: the services that callers have here, and the files that describe them. Extensions there are none.</summary>
internal static class ServiceDescriptions
{
    private static readonly FileDescriptor[] Files = [InferenceReflection.Descriptor, HealthReflection.Descriptor, ReflectionReflection.Descriptor];

    private static readonly FrozenDictionary<string, FileDescriptor> ByName = Files.SelectMany(WithImports).DistinctBy(file => file.Name).ToFrozenDictionary(file => file.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, FileDescriptor> BySymbol = ByName.Values
        .SelectMany(file => SymbolsOf(file).Select(symbol => (symbol, file)))
        .ToFrozenDictionary(pair => pair.symbol, pair => pair.file, StringComparer.Ordinal);

    public static ServerReflectionResponse Answer(ServerReflectionRequest asked)
    {
        ArgumentNullException.ThrowIfNull(asked);

        var answer = new ServerReflectionResponse { ValidHost = asked.Host, OriginalRequest = asked };

        switch (asked.MessageRequestCase)
        {
            case Asked.ListServices:
                answer.ListServicesResponse = new ListServiceResponse { Service = { Files.SelectMany(file => file.Services).Select(service => new ServiceResponse { Name = service.FullName }) } };
                break;
            case Asked.FileByFilename:
                Describe(answer, ByName.GetValueOrDefault(asked.FileByFilename), asked.FileByFilename);
                break;
            case Asked.FileContainingSymbol:
                Describe(answer, BySymbol.GetValueOrDefault(asked.FileContainingSymbol), asked.FileContainingSymbol);
                break;
            case Asked.AllExtensionNumbersOfType when BySymbol.ContainsKey(asked.AllExtensionNumbersOfType):
                answer.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = asked.AllExtensionNumbersOfType };
                break;
            case Asked.AllExtensionNumbersOfType:
                Describe(answer, null, asked.AllExtensionNumbersOfType);
                break;
            case Asked.FileContainingExtension:
                Describe(answer, null, asked.FileContainingExtension.ContainingType);
                break;
            case Asked.None:
                answer.ErrorResponse = new ErrorResponse { ErrorCode = (int)GrpcStatusCode.InvalidArgument, ErrorMessage = "The request asks for nothing that is known here." };
                break;
            default:
                throw new UnreachableException();
        }

        return answer;
    }

    private static void Describe(ServerReflectionResponse answer, FileDescriptor? file, string name)
    {
        if (file is null)
        {
            answer.ErrorResponse = new ErrorResponse { ErrorCode = (int)GrpcStatusCode.NotFound, ErrorMessage = $"Nothing here is named '{name}'." };
            return;
        }

        answer.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { WithImports(file).DistinctBy(one => one.Name).Select(one => one.SerializedData) } };
    }

    private static IEnumerable<FileDescriptor> WithImports(FileDescriptor file) => file.Dependencies.SelectMany(WithImports).Prepend(file);

    private static IEnumerable<string> SymbolsOf(FileDescriptor file) =>
    [
        .. file.Services.SelectMany(service => service.Methods.Select(method => method.FullName).Prepend(service.FullName)),
        .. file.MessageTypes.SelectMany(SymbolsOf),
        .. file.EnumTypes.Select(type => type.FullName),
    ];

    private static IEnumerable<string> SymbolsOf(MessageDescriptor message) =>
        [message.FullName, .. message.NestedTypes.SelectMany(SymbolsOf), .. message.EnumTypes.Select(type => type.FullName)];
}
