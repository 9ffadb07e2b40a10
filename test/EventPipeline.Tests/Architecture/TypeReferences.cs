using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EventPipeline.Tests.Architecture;

/// <summary>
/// Which types a compiled type names: in its declaration, its members, its attributes and the bodies of its methods.
/// </summary>
/// <remarks>Constants and <c>nameof</c> leave no trace in an assembly.</remarks>
internal static class TypeReferences
{
    /// <summary>The types of one assembly that a type names, each as the outermost type it is declared in.</summary>
    public static IEnumerable<TypeDefinition> Of(TypeDefinition type) => Named(type)
        .SelectMany(Parts)
        .Where(part => part.Scope == type.Module || part.Module == type.Module)
        .Select(part => part.Resolve())
        .OfType<TypeDefinition>()
        .Where(found => found.Module == type.Module)
        .Select(Outermost)
        .Distinct();

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer
        ? Outermost(outer)
        : type;

    private static IEnumerable<TypeReference?> Named(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(implemented => implemented.InterfaceType),
        .. Named((ICustomAttributeProvider)type),
        .. type.GenericParameters.SelectMany(Named),
        .. type.Fields.SelectMany(field => Named(field).Append(field.FieldType)),
        .. type.Properties.SelectMany(property => Named(property).Append(property.PropertyType)),
        .. type.Events.SelectMany(raised => Named(raised).Append(raised.EventType)),
        .. type.Methods.SelectMany(Named),
        .. type.NestedTypes.SelectMany(Named),
    ];

    private static IEnumerable<TypeReference?> Named(MethodDefinition method) =>
    [
        .. Signature(method),
        .. Named((ICustomAttributeProvider)method),
        .. Named(method.MethodReturnType),
        .. method.GenericParameters.SelectMany(Named),
        .. method.Parameters.SelectMany(Named),
        .. method.Overrides.SelectMany(Signature),
        .. method.HasBody ? Named(method.Body) : [],
    ];

    private static IEnumerable<TypeReference?> Named(MethodBody body) =>
    [
        .. body.Variables.Select(variable => variable.VariableType),
        .. body.ExceptionHandlers.Select(handler => handler.CatchType),
        .. body.Instructions.SelectMany(Named),
    ];

    private static IEnumerable<TypeReference?> Named(Instruction instruction) => instruction.Operand switch
    {
        TypeReference named => [named],
        MethodReference called => Signature(called),
        FieldReference field => [field.DeclaringType, field.FieldType],
        CallSite site => [site.ReturnType, .. site.Parameters.Select(parameter => parameter.ParameterType)],
        _ => [],
    };

    private static IEnumerable<TypeReference?> Named(GenericParameter parameter) =>
        Named((ICustomAttributeProvider)parameter)
            .Concat(parameter.Constraints.Select(constraint => constraint.ConstraintType));

    private static IEnumerable<TypeReference?> Named(ICustomAttributeProvider annotated) =>
        annotated.CustomAttributes.SelectMany(attribute =>
        attribute.ConstructorArguments
            .Concat(attribute.Fields.Concat(attribute.Properties).Select(named => named.Argument))
            .SelectMany(Named)
            .Append(attribute.AttributeType));

    private static IEnumerable<TypeReference?> Named(CustomAttributeArgument argument) => argument.Value switch
    {
        TypeReference type => [argument.Type, type],
        CustomAttributeArgument boxed => Named(boxed),
        CustomAttributeArgument[] several => several.SelectMany(Named),
        _ => [argument.Type],
    };

    private static IEnumerable<TypeReference?> Signature(MethodReference method) =>
    [
        method.DeclaringType,
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
    ];

    /// <summary>A type without what is made of it: of <c>Task&lt;Window[]&gt;</c>, the task and the window.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => Parts(generic.ElementType).Concat(generic.GenericArguments.SelectMany(Parts)),
        IModifierType modified => Parts(modified.ModifierType).Concat(Parts(modified.ElementType)),
        FunctionPointerType pointer =>
            Parts(pointer.ReturnType)
                .Concat(pointer.Parameters.SelectMany(parameter => Parts(parameter.ParameterType))),
        TypeSpecification made => Parts(made.ElementType),
        _ => [type],
    };
}
