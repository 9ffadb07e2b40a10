-- ServiceCategory-C-003-M: ServiceCategory is one of the specification's.
ServiceCategory NOT IN (
  'AI and Machine Learning',
  'Analytics',
  'Business Applications',
  'Compute',
  'Databases',
  'Developer Tools',
  'Multicloud',
  'Identity',
  'Integration',
  'Internet of Things',
  'Management and Governance',
  'Media',
  'Migration',
  'Mobile',
  'Networking',
  'Security',
  'Storage',
  'Web',
  'Other'
)

-- ServiceSubcategory-C-003-M, ServiceSubcategory-C-004-M: ServiceSubcategory is one of those of its ServiceCategory, which all have Other.
ServiceSubcategory <> 'Other (' || ServiceCategory || ')' AND NOT CASE ServiceCategory
  WHEN 'AI and Machine Learning' THEN ServiceSubcategory IN ('AI Platforms', 'Bots', 'Generative AI', 'Machine Learning', 'Natural Language Processing')
  WHEN 'Analytics' THEN ServiceSubcategory IN ('Analytics Platforms', 'Business Intelligence', 'Data Processing', 'Search', 'Streaming Analytics')
  WHEN 'Business Applications' THEN ServiceSubcategory IN ('Productivity and Collaboration')
  WHEN 'Compute' THEN ServiceSubcategory IN ('Containers', 'End User Computing', 'Quantum Compute', 'Serverless Compute', 'Virtual Machines')
  WHEN 'Databases' THEN ServiceSubcategory IN ('Caching', 'Data Warehouses', 'Ledger Databases', 'NoSQL Databases', 'Relational Databases', 'Time Series Databases')
  WHEN 'Developer Tools' THEN ServiceSubcategory IN ('Developer Platforms', 'Continuous Integration and Deployment', 'Development Environments', 'Source Code Management', 'Quality Assurance')
  WHEN 'Multicloud' THEN ServiceSubcategory IN ('Multicloud Integration')
  WHEN 'Identity' THEN ServiceSubcategory IN ('Identity and Access Management')
  WHEN 'Integration' THEN ServiceSubcategory IN ('API Management', 'Messaging', 'Workflow Orchestration')
  WHEN 'Internet of Things' THEN ServiceSubcategory IN ('IoT Analytics', 'IoT Platforms')
  WHEN 'Management and Governance' THEN ServiceSubcategory IN ('Architecture', 'Compliance', 'Cost Management', 'Data Governance', 'Disaster Recovery', 'Endpoint Management', 'Observability', 'Support')
  WHEN 'Media' THEN ServiceSubcategory IN ('Content Creation', 'Gaming', 'Media Streaming', 'Mixed Reality')
  WHEN 'Migration' THEN ServiceSubcategory IN ('Data Migration', 'Resource Migration')
  WHEN 'Networking' THEN ServiceSubcategory IN ('Application Networking', 'Content Delivery', 'Network Connectivity', 'Network Infrastructure', 'Network Routing', 'Network Security')
  WHEN 'Security' THEN ServiceSubcategory IN ('Secret Management', 'Security Posture Management', 'Threat Detection and Response')
  WHEN 'Storage' THEN ServiceSubcategory IN ('Backup Storage', 'Block Storage', 'File Storage', 'Object Storage', 'Storage Platforms')
  WHEN 'Web' THEN ServiceSubcategory IN ('Application Platforms')
  ELSE FALSE
END

-- ServiceName-C-005-C: A service is of one category.
categories_of_service > 1

-- ServiceName-C-008-C should: A service is of one subcategory.
subcategories_of_service > 1
